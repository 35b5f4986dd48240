/**
 * A page that shows the operations of an application.
 */
@NullMarked
package io.operations.ui;

import org.jspecify.annotations.NullMarked;
