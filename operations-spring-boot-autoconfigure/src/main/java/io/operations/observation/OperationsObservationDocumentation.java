package io.operations.observation;

import io.micrometer.common.docs.KeyName;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationConvention;
import io.micrometer.observation.docs.ObservationDocumentation;

/**
 * Documents the observations of this library. Each observation is a timer and, if the
 * application has tracing, a span.
 *
 * @since 0.1.0
 */
public enum OperationsObservationDocumentation implements ObservationDocumentation {

	/**
	 * One attempt to fetch an operation, whether of a fetch or a poll, including the time
	 * in the queue. The name is {@code operations.fetch}.
	 */
	FETCH {

		@Override
		public Class<? extends ObservationConvention<? extends Observation.Context>> getDefaultConvention() {
			return DefaultOperationFetchObservationConvention.class;
		}

		@Override
		public KeyName[] getLowCardinalityKeyNames() {
			return FetchKeyNames.values();
		}

		@Override
		public KeyName[] getHighCardinalityKeyNames() {
			return HighCardinalityKeyNames.values();
		}

	},

	/**
	 * One caller's wait for an operation, from the subscription to its outcome. The name
	 * is {@code operations.await}.
	 */
	AWAIT {

		@Override
		public Class<? extends ObservationConvention<? extends Observation.Context>> getDefaultConvention() {
			return DefaultOperationAwaitObservationConvention.class;
		}

		@Override
		public KeyName[] getLowCardinalityKeyNames() {
			return AwaitKeyNames.values();
		}

		@Override
		public KeyName[] getHighCardinalityKeyNames() {
			return HighCardinalityKeyNames.values();
		}

	},

	/**
	 * One attempt of a write, including the time in the queue, up to the headers of the
	 * response. The name is {@code operations.write}.
	 */
	WRITE {

		@Override
		public Class<? extends ObservationConvention<? extends Observation.Context>> getDefaultConvention() {
			return DefaultOperationWriteObservationConvention.class;
		}

		@Override
		public KeyName[] getLowCardinalityKeyNames() {
			return WriteKeyNames.values();
		}

	},

	/**
	 * One attempt to deliver the outcome of a tracked operation, with the handlers and
	 * their transaction. The name is {@code operations.delivery}.
	 */
	DELIVERY {

		@Override
		public Class<? extends ObservationConvention<? extends Observation.Context>> getDefaultConvention() {
			return DefaultOperationDeliveryObservationConvention.class;
		}

		@Override
		public KeyName[] getLowCardinalityKeyNames() {
			return DeliveryKeyNames.values();
		}

		@Override
		public KeyName[] getHighCardinalityKeyNames() {
			return DeliveryHighCardinalityKeyNames.values();
		}

	};

	/**
	 * Tags of {@link #FETCH}.
	 */
	public enum FetchKeyNames implements KeyName {

		/**
		 * Name of the client.
		 */
		CLIENT {

			@Override
			public String asString() {
				return "client";
			}

		},

		/**
		 * Outcome of the attempt: success, not_found, denied, throttled, unavailable,
		 * malformed, rejected or cancelled; unknown while the attempt lasts.
		 */
		OUTCOME {

			@Override
			public String asString() {
				return "outcome";
			}

		},

		/**
		 * Status of the operation in lower case, or none if the attempt has not seen the
		 * operation.
		 */
		STATUS {

			@Override
			public String asString() {
				return "status";
			}

		}

	}

	/**
	 * Tags of {@link #AWAIT}.
	 */
	public enum AwaitKeyNames implements KeyName {

		/**
		 * Name of the client.
		 */
		CLIENT {

			@Override
			public String asString() {
				return "client";
			}

		},

		/**
		 * Outcome of the wait: completed, failed, cancelled (the operation), timeout,
		 * abandoned (by the caller) or error; unknown while the wait lasts.
		 */
		OUTCOME {

			@Override
			public String asString() {
				return "outcome";
			}

		}

	}

	/**
	 * Tags of {@link #WRITE}.
	 */
	public enum WriteKeyNames implements KeyName {

		/**
		 * Name of the client.
		 */
		CLIENT {

			@Override
			public String asString() {
				return "client";
			}

		},

		/**
		 * Outcome of the attempt: success, not_found, denied, throttled, unavailable,
		 * rejected or cancelled; unknown while the attempt lasts.
		 */
		OUTCOME {

			@Override
			public String asString() {
				return "outcome";
			}

		}

	}

	/**
	 * Tags of {@link #DELIVERY}.
	 */
	public enum DeliveryKeyNames implements KeyName {

		/**
		 * Name of the client.
		 */
		CLIENT {

			@Override
			public String asString() {
				return "client";
			}

		},

		/**
		 * Outcome of the attempt: delivered, failed (another attempt follows),
		 * undelivered (the last attempt has failed) or forgotten (the application has
		 * forgotten the operation meanwhile); unknown while the attempt lasts.
		 */
		OUTCOME {

			@Override
			public String asString() {
				return "outcome";
			}

		}

	}

	/**
	 * Key values that the spans of {@link #DELIVERY} have and its timers do not.
	 */
	public enum DeliveryHighCardinalityKeyNames implements KeyName {

		/**
		 * Id of the operation.
		 */
		OPERATION_ID {

			@Override
			public String asString() {
				return "operation.id";
			}

		},

		/**
		 * Number of attempts that have begun, with this one.
		 */
		ATTEMPTS {

			@Override
			public String asString() {
				return "attempts";
			}

		}

	}

	/**
	 * Key values that spans have and timers do not.
	 */
	public enum HighCardinalityKeyNames implements KeyName {

		/**
		 * Id of the operation.
		 */
		OPERATION_ID {

			@Override
			public String asString() {
				return "operation.id";
			}

		}

	}

}
