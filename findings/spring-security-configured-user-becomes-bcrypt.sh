#!/usr/bin/env bash
# Guess: The user of spring.security.user, whose password is written in plain text, is cheap to check. Spring Boot
#   stores the password as {noop}, so each request with HTTP Basic compares two texts.
# Truth: The first request that signs in makes Spring Security encode the password with bcrypt and store that instead,
#   because Boot's InMemoryUserDetailsManager may update passwords. From the second request on, each one computes
#   bcrypt: HTTP Basic has no session. The same user from a plain UserDetailsService stays {noop}.
# Version: Spring Boot 4.1.1 with Spring Security 7.
# Source: createSuccessAuthentication in DaoAuthenticationProvider, updatePassword in InMemoryUserDetailsManager.
# For users: A page of 15 files, or a poller of an actuator endpoint, costs that much processor time at each request.
#   Configure a session, or a UserDetailsService that does not update passwords for users of machines.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat >pom.xml <<'EOF'
<project xmlns="http://maven.apache.org/POM/4.0.0">
	<modelVersion>4.0.0</modelVersion>
	<groupId>findings</groupId>
	<artifactId>configured-user</artifactId>
	<version>1</version>
	<dependencies>
		<dependency>
			<groupId>org.springframework.boot</groupId>
			<artifactId>spring-boot-starter-webmvc</artifactId>
			<version>4.1.1</version>
		</dependency>
		<dependency>
			<groupId>org.springframework.boot</groupId>
			<artifactId>spring-boot-starter-security</artifactId>
			<version>4.1.1</version>
		</dependency>
	</dependencies>
</project>
EOF
mvn -q -B dependency:copy-dependencies -DoutputDirectory=lib

mkdir -p src/shop
cat >src/shop/Shop.java <<'EOF'
package shop;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

@SpringBootApplication
@RestController
public class Shop {

	private static final int REQUESTS = 20;

	private static final HttpClient CLIENT = HttpClient.newHttpClient();

	@GetMapping("/books")
	String books() {
		return "none";
	}

	@Bean
	@ConditionalOnBooleanProperty("shop.plain")
	UserDetailsService plain() {
		return (name) -> User.withUsername("clerk").password("{noop}secret").build();
	}

	public static void main(String[] args) throws Exception {
		try (ConfigurableApplicationContext context = SpringApplication.run(Shop.class, args)) {
			UserDetailsService users = context.getBean(UserDetailsService.class);
			URI uri = URI.create("http://localhost:" + context.getEnvironment().getProperty("local.server.port") + "/books");
			System.out.println("before: " + encoding(users));
			send(uri);
			System.out.println("after: " + encoding(users));
			for (int i = 0; i < REQUESTS; i++) {
				send(uri);
			}
			long began = System.nanoTime();
			for (int i = 0; i < REQUESTS; i++) {
				send(uri);
			}
			System.out.println("micros: " + (System.nanoTime() - began) / 1000 / REQUESTS);
		}
	}

	private static String encoding(UserDetailsService users) {
		String password = users.loadUserByUsername("clerk").getPassword();
		return password.substring(0, password.indexOf('}') + 1);
	}

	private static void send(URI uri) throws Exception {
		String credentials = Base64.getEncoder().encodeToString("clerk:secret".getBytes(StandardCharsets.UTF_8));
		HttpRequest request = HttpRequest.newBuilder(uri).header("Authorization", "Basic " + credentials).build();
		HttpResponse<String> response = CLIENT.send(request, HttpResponse.BodyHandlers.ofString());
		if (response.statusCode() != 200) {
			throw new IllegalStateException("status " + response.statusCode());
		}
	}

}
EOF
javac -parameters -cp 'lib/*' -d classes src/shop/Shop.java

run() {
	java -cp 'classes:lib/*' shop.Shop --server.port=0 --logging.level.root=error --spring.main.banner-mode=off \
		--spring.security.user.name=clerk --spring.security.user.password=secret "$@"
}
value() {
	sed -n "s/^$2: //p" "$1"
}
run >configured
run --shop.plain=true >plain
echo "user of the properties: $(value configured before), after one request $(value configured after);" \
	"then $(value configured micros) microseconds a request"
echo "plain UserDetailsService: $(value plain before), after one request $(value plain after);" \
	"then $(value plain micros) microseconds a request"
[[ $(value configured before) == '{noop}' && $(value configured after) == '{bcrypt}' ]]
[[ $(value plain before) == '{noop}' && $(value plain after) == '{noop}' ]]
(($(value configured micros) > 5 * $(value plain micros)))
