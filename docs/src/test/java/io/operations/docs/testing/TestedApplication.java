package io.operations.docs.testing;

import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;

/**
 * The application of the page about testing. It has no database.
 */
@SpringBootApplication(exclude = DataSourceAutoConfiguration.class)
class TestedApplication {

}
