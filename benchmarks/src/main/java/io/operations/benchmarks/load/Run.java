package io.operations.benchmarks.load;

/**
 * One contender in one cell.
 *
 * @param cell the cell
 * @param contender the contender
 */
record Run(Cell cell, Contender contender) {
}
