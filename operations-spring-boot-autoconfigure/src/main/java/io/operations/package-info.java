/**
 * The vocabulary: operations, their states, what fetches them and what can go wrong.
 */
@NullMarked
package io.operations;

import org.jspecify.annotations.NullMarked;
