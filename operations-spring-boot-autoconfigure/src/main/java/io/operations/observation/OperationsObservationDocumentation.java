package io.operations.observation;

import io.micrometer.common.docs.KeyName;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationConvention;
import io.micrometer.observation.docs.ObservationDocumentation;

/**
 * The observations of this library. Each is a timer, and a span where tracing is set up.
 *
 * @since 0.1.0
 */
public enum OperationsObservationDocumentation implements ObservationDocumentation {

	/**
	 * One attempt to fetch an operation, the wait for its admission included.
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
	 * One caller's wait for an operation.
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
		 * What came of the attempt: success, not_found, denied, throttled, unavailable,
		 * malformed, rejected or cancelled; unknown while it lasts.
		 */
		OUTCOME {

			@Override
			public String asString() {
				return "outcome";
			}

		},

		/**
		 * Status of the operation, or none.
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
		 * What came of the wait: completed, failed, cancelled, timeout, abandoned or
		 * error; unknown while it lasts.
		 */
		OUTCOME {

			@Override
			public String asString() {
				return "outcome";
			}

		}

	}

	/**
	 * What spans carry and timers do not.
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
