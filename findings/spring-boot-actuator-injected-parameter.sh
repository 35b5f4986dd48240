#!/usr/bin/env bash
# Guess: a write operation of an actuator endpoint whose only other parameter is Spring Boot's SecurityContext needs
#   no request body. Spring Boot supplies that parameter itself, and the client cannot send it.
# Truth: Each parameter without @Selector makes the operation one that reads a body. Its mapping then has the media
#   types of JSON, and a POST without such a Content-Type gets 415. The body itself may be empty. The same operation
#   without the parameter accepts each POST.
# Version: Spring Boot 4.1.1.
# Source: consumesRequestBody in RequestPredicateFactory of spring-boot-actuator.
# For users: An operation that logs the user can no longer be called with a plain "curl -X POST". Adding the
#   parameter to an existing operation breaks its callers. Document the header, or read the user elsewhere.
set -euo pipefail

folder=$(mktemp -d)
app=
trap '[[ -z $app ]] || kill "$app"; rm -rf "$folder"' EXIT
cd "$folder"

cat >pom.xml <<'EOF'
<project xmlns="http://maven.apache.org/POM/4.0.0">
	<modelVersion>4.0.0</modelVersion>
	<groupId>findings</groupId>
	<artifactId>injected-parameter</artifactId>
	<version>1</version>
	<dependencies>
		<dependency>
			<groupId>org.springframework.boot</groupId>
			<artifactId>spring-boot-starter-webmvc</artifactId>
			<version>4.1.1</version>
		</dependency>
		<dependency>
			<groupId>org.springframework.boot</groupId>
			<artifactId>spring-boot-starter-actuator</artifactId>
			<version>4.1.1</version>
		</dependency>
	</dependencies>
</project>
EOF
mvn -q -B dependency:copy-dependencies -DoutputDirectory=lib

mkdir -p src/shop
cat >src/shop/Shop.java <<'EOF'
package shop;

import java.util.Map;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;

@SpringBootApplication
public class Shop {

	public static void main(String[] args) {
		SpringApplication.run(Shop.class, args);
	}

	@Bean
	Anonymous anonymous() {
		return new Anonymous();
	}

	@Bean
	Named named() {
		return new Named();
	}

	@Endpoint(id = "anonymous")
	public static class Anonymous {

		@WriteOperation
		public Map<String, String> clear(@Selector String shelf) {
			return Map.of("cleared", shelf);
		}

	}

	@Endpoint(id = "named")
	public static class Named {

		@WriteOperation
		public Map<String, String> clear(@Selector String shelf, SecurityContext user) {
			return Map.of("cleared", shelf, "by", String.valueOf(user.getPrincipal()));
		}

	}

}
EOF
javac -parameters -cp 'lib/*' -d classes src/shop/Shop.java

: >log
java -cp 'classes:lib/*' shop.Shop --server.port=0 --management.endpoints.web.exposure.include=anonymous,named \
	>>log 2>&1 &
app=$!
port=
for ((i = 0; i < 120; i++)); do
	port=$(sed -n 's/.*Tomcat started on port \([0-9]*\).*/\1/p' log)
	[[ -z $port ]] || break
	kill -0 "$app"
	sleep 0.5
done

post() {
	local id=$1
	shift
	curl -s -o /dev/null -w '%{http_code}' -X POST "$@" "http://localhost:$port/actuator/$id/books"
}
json='Content-Type: application/json'
plain=$(post anonymous)
injected=$(post named)
injected_json=$(post named -H "$json")
echo "selector alone, no body: $plain"
echo "selector and SecurityContext, no body: $injected"
echo "selector and SecurityContext, Content-Type of JSON, no body: $injected_json"
[[ $plain == 200 ]]
[[ $injected == 415 ]]
[[ $injected_json == 200 ]]
