package io.operations;

import java.util.Locale;

/**
 * Lists the products of the vendor whose operations the client can read. A product stands
 * for a base URL, a path and the form of the answers.
 *
 * @since 0.1.0
 */
public enum OperationsProduct {

	/**
	 * Conversations v2: configurations and conversations.
	 */
	CONVERSATIONS("https://conversations.twilio.com", "/v2/ControlPlane/Operations/{id}"),

	/**
	 * Memory v1: stores, trait groups, data mappings.
	 */
	MEMORY("https://memory.twilio.com", "/v1/ControlPlane/Operations/{id}"),

	/**
	 * Knowledge v2: knowledge bases.
	 */
	KNOWLEDGE("https://knowledge.twilio.com", "/v2/ControlPlane/Operations/{id}"),

	/**
	 * Cohorts (preview): cohorts and their snapshots.
	 */
	COHORTS("https://audiences.twilio.com", "/preview/CohortOperations/{id}"),

	/**
	 * Insights v3 (public beta): query jobs over conversations.
	 */
	INSIGHTS_QUERIES("https://insights.twilio.com", "/v3/InsightsDomains/Conversations/QueryJobs/{id}"),

	/**
	 * Voice v3: transcriptions.
	 */
	VOICE_TRANSCRIPTIONS("https://voice.twilio.com", "/v3/Transcriptions/{id}"),

	/**
	 * Bulk messaging v1: messages to many recipients.
	 */
	MESSAGES("https://comms.twilio.com", "/v1/Messages/Operations/{id}"),

	/**
	 * Email v1: emails to many recipients.
	 */
	EMAILS("https://comms.twilio.com", "/v1/Emails/Operations/{id}"),

	/**
	 * Bulk messaging v1: pools of senders.
	 */
	SENDER_POOLS("https://comms.twilio.com", "/v1/SenderPools/Operations/{id}"),

	/**
	 * Push notifications v1 (private beta).
	 */
	PUSH_NOTIFICATIONS("https://comms.twilio.com", "/v1/PushNotifications/Operations/{id}");

	private final String baseUrl;

	private final String path;

	private final String value;

	OperationsProduct(String baseUrl, String path) {
		this.baseUrl = baseUrl;
		this.path = path;
		this.value = name().toLowerCase(Locale.ROOT).replace('_', '-');
	}

	/**
	 * Return the base URL of the product's API.
	 * @return the URL, without a trailing slash
	 */
	public String baseUrl() {
		return this.baseUrl;
	}

	/**
	 * Return the path of an operation below the base URL.
	 * @return the path, which contains <code>{id}</code> exactly once
	 */
	public String path() {
		return this.path;
	}

	/**
	 * Return the product as {@code operations.product} names it.
	 * @return the value of the property, for instance {@code sender-pools}
	 */
	public String value() {
		return this.value;
	}

	@Override
	public String toString() {
		return this.value;
	}

}
