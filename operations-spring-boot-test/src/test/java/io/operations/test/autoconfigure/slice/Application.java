package io.operations.test.autoconfigure.slice;

import org.springframework.boot.autoconfigure.SpringBootApplication;

/**
 * An application of which slices are tested.
 */
@SpringBootApplication
class Application {

}
