package io.operations.core;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

import io.operations.OperationFetcher;
import io.operations.OperationFetcherDecorator;
import io.operations.OperationsCredentials;
import io.operations.OperationsListener;
import io.operations.internal.client.BaseUrl;
import io.operations.internal.client.OperationFormat;
import io.operations.internal.client.WebClientOperationFetcher;
import io.operations.internal.client.WriteDoor;
import io.operations.internal.polling.OperationPolls;
import io.operations.internal.polling.OperationsListeners;
import io.operations.internal.polling.Outage;
import io.operations.internal.polling.Poller;
import io.operations.internal.polling.SentPolls;
import io.operations.internal.resilience.Admission;
import io.operations.internal.resilience.AdmittedOperationFetcher;
import io.operations.internal.resilience.AdmittedWrites;
import io.operations.internal.resilience.GuardedOperationFetcher;
import io.operations.internal.resilience.Repetitions;
import io.operations.internal.resilience.RetryingOperationFetcher;
import io.operations.observation.ObservedOperationFetcher;
import io.operations.observation.OperationsObservations;
import io.operations.observation.WaitTraces;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.web.reactive.function.client.WebClient;

/**
 * Assembles the two stacks of fetchers of a template: one without retries for the polls,
 * and one with retries for the fetches.
 */
final class TemplateAssembly {

	// The retention of a product that documents none: the longest time that any product
	// documents.
	private static final Duration UNDOCUMENTED_RETENTION = Duration.ofDays(7);

	private static final Log logger = LogFactory.getLog("io.operations");

	private final TemplateSettings settings;

	private final String client;

	private final OperationsCredentials credentials;

	private final URI url;

	private final List<Runnable> releases = new ArrayList<>();

	private final TemplateWebClients webClients;

	private final TemplateResilience resilience;

	private final OperationsListener listener;

	private final OperationsObservations observations;

	/**
	 * Create the assembly.
	 * @param settings the settings of the template
	 * @param client the name of the client
	 * @param credentials the source of the credentials
	 * @throws IllegalArgumentException if the base URL is invalid
	 */
	TemplateAssembly(TemplateSettings settings, String client, OperationsCredentials credentials) {
		this.settings = settings;
		this.client = client;
		this.credentials = credentials;
		this.url = url(settings, client);
		this.webClients = new TemplateWebClients(settings, client, this.url);
		this.resilience = new TemplateResilience(settings, client, this.releases);
		this.observations = new OperationsObservations(client, settings.observationRegistry,
				settings.fetchObservationConvention, settings.awaitObservationConvention);
		this.listener = listener(settings.listeners, this.observations.waitTraces());
	}

	private static OperationsListener listener(List<OperationsListener> listeners, @Nullable WaitTraces traces) {
		if (traces == null) {
			return new OperationsListeners(listeners);
		}
		List<OperationsListener> all = new ArrayList<>(listeners);
		all.add(0, traces.events());
		return new OperationsListeners(all, traces::about);
	}

	private static URI url(TemplateSettings settings, String client) {
		URI url;
		try {
			url = BaseUrl.parse(settings.baseUrl(), settings.allowInsecure);
		}
		catch (IllegalArgumentException ex) {
			throw new IllegalArgumentException("'baseUrl' is invalid: " + ex.getMessage(), ex);
		}
		String repeated = BaseUrl.repeated(url, settings.path());
		if (repeated != null) {
			logger.warn("[" + client + "] The base URL (" + url + ") ends with '" + repeated
					+ "', and the path of operations begins with it. Requests contain it twice: " + url
					+ settings.path().replaceFirst("\\?.*", "") + ". Unless this is intended, remove '" + repeated
					+ "' from the base URL.");
		}
		return url;
	}

	OperationsTemplate assemble() {
		WebClient webClient = this.webClients.webClient(this.credentials);
		Admission admission = this.resilience.admission(this.listener);
		try {
			return assemble(webClient, admission);
		}
		catch (RuntimeException | Error ex) {
			// The admission already reports to the other instances that share the rate.
			this.releases.forEach(Runnable::run);
			throw ex;
		}
	}

	private OperationsTemplate assemble(WebClient webClient, Admission admission) {
		OperationFormat format = OperationFormat.of(this.settings.product).withWords(this.settings.statusWords);
		OperationFetcher exchange = new WebClientOperationFetcher(webClient, format, this.url, this.settings.path(),
				this.settings.requestTimeout, this.settings.scheduler, this.settings.requestScheduler(),
				this.settings.keyPrefix);
		SentPolls sentPolls = new SentPolls();
		OperationFetcher admitted = new AdmittedOperationFetcher(sentPolls.reporting(exchange), admission);
		SharerEnd end = null;
		if (this.settings.rateLimitOwner != null) {
			// Closing this template must not close the admission of another one.
			end = new SharerEnd(this.client);
			this.releases.add(end::close);
			admitted = end.ending(admitted);
		}
		OperationFetcher attempt = guarded(
				decorate(new ObservedOperationFetcher(admitted, this.observations, this.listener)));
		Outage outage = new Outage(this.client, this.settings.pollingSettings, this.settings.scheduler, this.listener);
		OperationFetcher fetch = outage.noting(attempt);
		Repetitions repetitions = this.resilience.repetitions();
		if (repetitions != null) {
			fetch = new RetryingOperationFetcher(fetch, repetitions);
		}
		Poller poller = new Poller(this.client, attempt, admission, this.settings.schedule(),
				this.settings.pollingSettings, this.settings.scheduler, this.listener, outage, sentPolls,
				this.settings.keyPrefix);
		OperationPolls polls = new OperationPolls(this.client, retention(format), admission,
				this.settings.rateLimitSettings.maxInFlight(), this.settings.scheduler, outage, poller);
		StatusUrls statusUrls = new StatusUrls(this.client, this.url, this.settings.path(), this.settings.product,
				this.settings.keyPrefix);
		WriteDoor writes = new TemplateWrites(new AdmittedWrites(admission, repetitions), this.observations, end);
		OperationsTemplate template = new OperationsTemplate(this.settings, this.client, statusUrls,
				this.webClients.writeClient(webClient, format, writes, this.releases), fetch,
				new ServerProbe(guarded(exchange)), poller, polls, admission, this.observations, this.listener,
				this.releases);
		this.listener.opened(this.client, new TemplateActivity(this.settings.keyPrefix, admission, poller, outage,
				(repetitions != null) ? repetitions::waiting : () -> 0, this.settings.pollingSettings.maxWaits()));
		return template;
	}

	private OperationFetcher guarded(OperationFetcher fetcher) {
		return new GuardedOperationFetcher(fetcher, this.client, this.listener);
	}

	private static Duration retention(OperationFormat format) {
		OperationFormat.Retention documented = format.retention();
		return (documented != null) ? documented.time() : UNDOCUMENTED_RETENTION;
	}

	private OperationFetcher decorate(OperationFetcher attempt) {
		// The decorator with the lowest order is outermost, so it is applied last.
		List<OperationFetcherDecorator> inner = this.settings.decorators.stream()
			.sorted(Comparator.comparingInt(OperationFetcherDecorator::getOrder).reversed())
			.toList();
		OperationFetcher decorated = attempt;
		for (OperationFetcherDecorator decorator : inner) {
			decorated = decorator.decorate(decorated);
		}
		return decorated;
	}

}
