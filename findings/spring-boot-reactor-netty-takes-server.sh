#!/usr/bin/env bash
# Guess: spring-boot-reactor-netty beside spring-boot-tomcat serves the clients (it shares and closes the
#   event loops of Reactor Netty); the server that the application chose, Tomcat, stays.
# Truth: A WebFlux application on Tomcat then starts Netty instead, without an error. Reactor Netty itself
#   on the class path does not do that; the module does. Each server's auto-configuration steps back when
#   a server factory is there, and the one of Netty comes first.
# Version: Spring Boot 4.1.1.
# Source: NettyReactiveWebServerAutoConfiguration in spring-boot-reactor-netty and
#   TomcatReactiveWebServerAutoConfiguration in spring-boot-tomcat: neither orders itself after the other.
# For users: A library must not bring this module along. An application that needs both excludes
#   NettyReactiveWebServerAutoConfiguration (spring.autoconfigure.exclude); else its server.tomcat.*
#   settings have no effect.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat >pom.xml <<'EOF'
<project xmlns="http://maven.apache.org/POM/4.0.0">
	<modelVersion>4.0.0</modelVersion>
	<groupId>findings</groupId>
	<artifactId>reactor-netty-takes-server</artifactId>
	<version>1</version>
	<dependencies>
		<dependency>
			<groupId>org.springframework.boot</groupId>
			<artifactId>spring-boot-starter-webflux</artifactId>
			<version>4.1.1</version>
			<exclusions>
				<exclusion>
					<groupId>org.springframework.boot</groupId>
					<artifactId>spring-boot-starter-reactor-netty</artifactId>
				</exclusion>
			</exclusions>
		</dependency>
		<dependency>
			<groupId>org.springframework.boot</groupId>
			<artifactId>spring-boot-starter-tomcat</artifactId>
			<version>4.1.1</version>
		</dependency>
		<dependency>
			<groupId>io.projectreactor.netty</groupId>
			<artifactId>reactor-netty-http</artifactId>
			<version>1.3.7</version>
		</dependency>
	</dependencies>
	<profiles>
		<profile>
			<id>module</id>
			<dependencies>
				<dependency>
					<groupId>org.springframework.boot</groupId>
					<artifactId>spring-boot-reactor-netty</artifactId>
					<version>4.1.1</version>
				</dependency>
			</dependencies>
		</profile>
	</profiles>
</project>
EOF

mkdir classes
cat >Main.java <<'EOF'
import java.util.Map;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;

@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
public class Main {

	public static void main(String[] args) {
		SpringApplication application = new SpringApplication(Main.class);
		application.setDefaultProperties(Map.of("server.address", "127.0.0.1", "server.port", "0",
				"spring.main.banner-mode", "off", "logging.level.root", "error"));
		try (ConfigurableApplicationContext context = application.run()) {
			System.out.println(application.getWebApplicationType() + ", "
					+ ((WebServerApplicationContext) context).getWebServer().getClass().getSimpleName());
		}
		System.exit(0);
	}

}
EOF

build_classpath=org.apache.maven.plugins:maven-dependency-plugin:3.9.0:build-classpath
mvn -q -B -Dstyle.color=never "$build_classpath" -Dmdep.outputFile=without
mvn -q -B -Dstyle.color=never -Pmodule "$build_classpath" -Dmdep.outputFile=with
javac -proc:none -d classes -cp "$(cat without)" Main.java
exclude=org.springframework.boot.reactor.netty.autoconfigure.NettyReactiveWebServerAutoConfiguration
{
	java -cp "classes:$(cat without)" Main | sed 's/^/without spring-boot-reactor-netty: /'
	java -cp "classes:$(cat with)" Main | sed 's/^/with spring-boot-reactor-netty: /'
	java -Dspring.autoconfigure.exclude="$exclude" -cp "classes:$(cat with)" Main |
		sed 's/^/with it, its server excluded: /'
} | tee seen

cat >expected <<'EOF'
without spring-boot-reactor-netty: REACTIVE, TomcatWebServer
with spring-boot-reactor-netty: REACTIVE, NettyWebServer
with it, its server excluded: REACTIVE, TomcatWebServer
EOF
if ! diff expected seen >difference; then
	echo "This finding no longer holds (< as found, > seen now):" >&2
	cat difference >&2
	[[ ! -s log ]] || cat log >&2
	exit 1
fi
