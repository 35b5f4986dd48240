package io.operations.benchmarks.load;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/**
 * What is to be run, and what of it at the same time.
 */
final class LoadPlan {

	private final Set<Integer> operations = new TreeSet<>();

	private final Set<Limit> limits = EnumSet.noneOf(Limit.class);

	private final Set<Distribution> distributions = EnumSet.noneOf(Distribution.class);

	private final Set<Contender> contenders = EnumSet.noneOf(Contender.class);

	private final boolean everything;

	private Duration interval = Duration.ofSeconds(1);

	private int rounds = 1;

	LoadPlan(String... args) {
		this.everything = args.length == 0;
		for (String arg : args) {
			read(arg);
		}
		fill(this.operations, List.of(1000, 10_000));
		fill(this.limits, List.of(Limit.NONE, Limit.RATE, Limit.CONCURRENCY));
		fill(this.distributions, List.of(Distribution.NEAR_CONSTANT, Distribution.LOG_NORMAL, Distribution.BIMODAL));
		fill(this.contenders, EnumSet.complementOf(EnumSet.of(Contender.BARE)));
	}

	private void read(String arg) {
		if (arg.startsWith("rounds=")) {
			this.rounds = Integer.parseInt(arg.substring("rounds=".length()));
		}
		else if (arg.startsWith("interval=")) {
			this.interval = Duration.ofMillis(Long.parseLong(arg.substring("interval=".length())));
		}
		else if (arg.matches("\\d+")) {
			this.operations.add(Integer.parseInt(arg));
		}
		else if (!add(arg, this.limits, Limit.values()) && !add(arg, this.distributions, Distribution.values())
				&& !add(arg, this.contenders, Contender.values())) {
			throw new IllegalArgumentException("'" + arg + "' is none of " + Arrays.toString(Limit.values())
					+ Arrays.toString(Distribution.values()) + names(Contender.values())
					+ ", a number of operations, rounds=… or interval=… (in ms)");
		}
	}

	private static <E extends Enum<E>> boolean add(String arg, Set<E> chosen, E[] all) {
		return chosen
			.addAll(Arrays.stream(all).filter((one) -> one.toString().equals(arg) || name(one).equals(arg)).toList());
	}

	private static List<String> names(Enum<?>[] all) {
		return Arrays.stream(all).map(LoadPlan::name).toList();
	}

	private static String name(Enum<?> one) {
		return one.name().toLowerCase(Locale.ROOT).replace('_', '-');
	}

	private static <T> void fill(Set<T> chosen, Collection<T> all) {
		if (chosen.isEmpty()) {
			chosen.addAll(all);
		}
	}

	int rounds() {
		return this.rounds;
	}

	Duration interval() {
		return this.interval;
	}

	/**
	 * Return the runs in their order, those in one list at the same time.
	 * @return the lists
	 */
	List<List<Run>> groups() {
		List<List<Run>> groups = new ArrayList<>();
		for (int round = 0; round < this.rounds; round++) {
			for (int count : this.operations) {
				for (Limit limit : this.limits) {
					add(groups, cells(count, limit), round);
				}
			}
		}
		return groups;
	}

	private List<Cell> cells(int count, Limit limit) {
		return this.distributions.stream()
			.filter((distribution) -> !this.everything || isUsual(count, limit, distribution))
			.map((distribution) -> new Cell(count, limit, distribution))
			.toList();
	}

	// At 20 requests/s 10,000 operations take 20 minutes.
	private static boolean isUsual(int count, Limit limit, Distribution distribution) {
		return count <= 1000 || (distribution == Distribution.NEAR_CONSTANT && limit != Limit.RATE);
	}

	private static boolean isUsual(Cell cell, Contender contender) {
		return cell.operations() <= 1000 || contender != Contender.LIBRARY_BY_ID;
	}

	// What keeps the processors busy disturbs what runs beside it, but where requests are
	// so few that lags are minutes.
	private static int atOnce(Cell cell) {
		return (cell.operations() > 1000 && cell.limit() != Limit.RATE) ? 3 : Integer.MAX_VALUE;
	}

	private void add(List<List<Run>> groups, List<Cell> cells, int round) {
		for (Cell cell : cells) {
			List<Run> runs = new ArrayList<>(this.contenders.stream()
				.filter((contender) -> !this.everything || isUsual(cell, contender))
				.map((contender) -> new Run(cell, contender))
				.toList());
			Collections.rotate(runs, round);
			for (int from = 0; from < runs.size();) {
				int to = (int) Math.min(runs.size(), (long) from + atOnce(cell));
				groups.add(runs.subList(from, to));
				from = to;
			}
		}
	}

}
