package io.operations.autoconfigure.tracking;

import io.operations.tracking.OperationOutcome;
import io.operations.tracking.OperationOutcomeHandler;
import org.jspecify.annotations.Nullable;

import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.context.PayloadApplicationEvent;
import org.springframework.context.event.SimpleApplicationEventMulticaster;
import org.springframework.context.support.AbstractApplicationContext;

/**
 * Publishes outcomes as application events within the attempt to deliver them, so that an
 * exception of an event listener fails the attempt. If the application's multicaster
 * calls listeners on other threads or swallows their exceptions, this class calls the
 * listeners itself.
 */
final class OutcomePublisher implements OperationOutcomeHandler, ApplicationListener<OutcomePublisher.Question> {

	private final ApplicationContext context;

	private volatile @Nullable Boolean multicasterIsUsed;

	OutcomePublisher(ApplicationContext context) {
		this.context = context;
	}

	@Override
	public void handle(OperationOutcome outcome) {
		Boolean used = this.multicasterIsUsed;
		if (used == null) {
			used = this.context.getParent() == null && passesFaultsOn();
			this.multicasterIsUsed = used;
		}
		if (used) {
			this.context.publishEvent(outcome);
			return;
		}
		PayloadApplicationEvent<OperationOutcome> event = new PayloadApplicationEvent<>(this.context, outcome);
		ApplicationContext each = this.context;
		while (each instanceof AbstractApplicationContext known) {
			callListeners(known, event);
			each = known.getParent();
		}
		if (each != null) {
			each.publishEvent(event);
		}
	}

	// A multicaster does not reveal how it calls its listeners. Therefore this class is a
	// listener, too, and finds out.
	private boolean passesFaultsOn() {
		try {
			this.context.publishEvent(new Question(this.context));
			return false;
		}
		catch (RuntimeException ex) {
			// This is either the answer or an exception of another listener of all
			// events, which was passed on, too.
			return true;
		}
	}

	@Override
	public void onApplicationEvent(Question question) {
		if (question.asker == Thread.currentThread()) {
			throw new AnswerException();
		}
	}

	private static void callListeners(AbstractApplicationContext context, ApplicationEvent event) {
		SimpleApplicationEventMulticaster multicaster = new SimpleApplicationEventMulticaster(context.getBeanFactory());
		context.getApplicationListeners().forEach(multicaster::addApplicationListener);
		for (String name : context.getBeanNamesForType(ApplicationListener.class, true, false)) {
			multicaster.addApplicationListenerBean(name);
		}
		multicaster.multicastEvent(event);
	}

	/**
	 * Asks, once, whether the multicaster calls listeners on the publisher's thread.
	 */
	@SuppressWarnings("serial")
	static final class Question extends ApplicationEvent {

		private final Thread asker = Thread.currentThread();

		private Question(ApplicationContext context) {
			super(context);
		}

	}

	/**
	 * Answers that the listener was called on the publisher's thread, if the multicaster
	 * passes this exception on.
	 */
	@SuppressWarnings("serial")
	private static final class AnswerException extends RuntimeException {

		private AnswerException() {
			super("This is not an error: the library throws this exception once to find out whether the application's"
					+ " event multicaster passes on exceptions of listeners.", null, false, false);
		}

	}

}
