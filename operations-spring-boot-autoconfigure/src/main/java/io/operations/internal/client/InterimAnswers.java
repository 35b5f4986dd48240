package io.operations.internal.client;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import reactor.netty.Connection;
import reactor.netty.NettyPipeline;

import org.springframework.http.client.reactive.ClientHttpRequest;
import org.springframework.util.ClassUtils;

/**
 * Drops interim responses such as {@code 103 Early Hints} before Reactor Netty sees them.
 * Reactor Netty treats an interim response as the final one and reuses the connection.
 * The next request would then read the response to the request before it.
 *
 * @since 0.1.0
 */
public final class InterimAnswers {

	private static final boolean REACTOR_NETTY = ClassUtils.isPresent("reactor.netty.http.client.HttpClient",
			InterimAnswers.class.getClassLoader());

	private InterimAnswers() {
	}

	/**
	 * Drop the interim responses to a request. This method does nothing for HTTP clients
	 * other than Reactor Netty.
	 * @param request the request, which is about to be written to its connection
	 */
	public static void drop(ClientHttpRequest request) {
		if (REACTOR_NETTY) {
			ReactorNetty.drop(request.getNativeRequest());
		}
	}

	// Loaded only if Reactor Netty is on the class path.
	private static final class ReactorNetty {

		private static final String NAME = "io.operations.interimAnswers";

		private ReactorNetty() {
		}

		// A connection serves many requests but needs only one handler.
		static void drop(Object request) {
			if (request instanceof Connection connection) {
				ChannelPipeline pipeline = connection.channel().pipeline();
				if (pipeline.context(NAME) == null) {
					add(pipeline);
				}
			}
		}

		// Adds the handler before the handlers that count or time responses, if the codec
		// is known.
		private static void add(ChannelPipeline pipeline) {
			if (pipeline.context(NettyPipeline.HttpCodec) != null) {
				pipeline.addAfter(NettyPipeline.HttpCodec, NAME, new Handler());
			}
			else if (pipeline.context(NettyPipeline.ReactiveBridge) != null) {
				pipeline.addBefore(NettyPipeline.ReactiveBridge, NAME, new Handler());
			}
		}

	}

	private static final class Handler extends ChannelInboundHandlerAdapter {

		private boolean dropping;

		@Override
		@SuppressWarnings("FutureReturnValueIgnored")
		public void channelRead(ChannelHandlerContext context, Object message) {
			if (message instanceof HttpResponse response) {
				int status = response.status().code();
				// Reactor Netty itself drops 100.
				this.dropping = status > HttpResponseStatus.CONTINUE.code() && status < HttpResponseStatus.OK.code();
				if (status == HttpResponseStatus.SWITCHING_PROTOCOLS.code()) {
					// The client did not request it, so the data that follows is unknown.
					context.close();
				}
			}
			if (!this.dropping) {
				context.fireChannelRead(message);
				return;
			}
			boolean last = message instanceof LastHttpContent;
			ReferenceCountUtil.release(message);
			if (last) {
				this.dropping = false;
				// The read that this response used up must be repeated.
				context.read();
			}
		}

	}

}
