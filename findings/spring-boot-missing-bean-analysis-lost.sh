#!/usr/bin/env bash
# Guess: a constructor parameter whose @Qualifier names no bean ends the start with "APPLICATION FAILED TO
#   START", the parameter, and an action: Spring Boot has an analyzer for missing beans.
# Truth: The analyzer asks the failed context for each bean of that type, to see whether it is null, and so
#   creates those that do not exist yet. If one of them needs @ConfigurationProperties, the creation fails
#   ("has not been refreshed yet"), the analyzer is passed over, and only the stack trace is left. The same
#   application without the properties gets the analysis.
# Version: Spring Boot 4.1.1.
# Source: NoSuchBeanDefinitionFailureAnalyzer in spring-boot-autoconfigure: getUserConfigurationResults calls
#   getBean.
# For users: A wrong qualifier beside beans with properties shows an UnsatisfiedDependencyException and no
#   advice. A library that offers beans to be chosen by qualifier needs a failure analyzer of its own, ordered
#   before Spring Boot's, which creates no beans.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat >pom.xml <<'EOF'
<project xmlns="http://maven.apache.org/POM/4.0.0">
	<modelVersion>4.0.0</modelVersion>
	<groupId>findings</groupId>
	<artifactId>missing-bean</artifactId>
	<version>1</version>
	<dependencies>
		<dependency>
			<groupId>org.springframework.boot</groupId>
			<artifactId>spring-boot-starter</artifactId>
			<version>4.1.1</version>
		</dependency>
	</dependencies>
</project>
EOF
mvn -q -B dependency:copy-dependencies -DoutputDirectory=lib

mkdir -p src/shop
cat >src/shop/Shop.java <<'EOF'
package shop;

import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Profile;
import org.springframework.stereotype.Component;

@SpringBootApplication
@EnableConfigurationProperties(Shop.PaymentProperties.class)
public class Shop {

	public static void main(String[] args) {
		SpringApplication.run(Shop.class, args);
	}

	@ConfigurationProperties("payment")
	public record PaymentProperties(String currency) {
	}

	public record Payment(String currency) {
	}

	@Bean
	@Profile("properties")
	Payment payment(PaymentProperties properties) {
		return new Payment(properties.currency());
	}

	@Bean("payment")
	@Profile("!properties")
	Payment fixedPayment() {
		return new Payment("EUR");
	}

	@Component
	static class Checkout {

		Checkout(@Qualifier("paymnet") Payment payment) {
		}

	}

}
EOF
javac -parameters -cp 'lib/*' -d classes src/shop/Shop.java

run() {
	java -cp 'classes:lib/*' shop.Shop --payment.currency=EUR "$@" 2>&1 || true
}
fixed=$(run)
bound=$(run --spring.profiles.active=properties)

count() {
	grep -c "$2" <<<"$1" || true
}
echo "a bean without properties: $(count "$fixed" 'APPLICATION FAILED TO START') analysis"
echo "a bean with properties: $(count "$bound" 'APPLICATION FAILED TO START') analysis," \
	"$(count "$bound" 'Application run failed') stack trace"
[[ $(count "$fixed" 'APPLICATION FAILED TO START') == 1 ]]
[[ $(count "$bound" 'APPLICATION FAILED TO START') == 0 ]]
[[ $(count "$bound" 'Application run failed') == 1 ]]
grep -q 'UnsatisfiedDependencyException' <<<"$bound"
