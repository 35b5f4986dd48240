package io.operations.client;

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
 * Drops interim answers such as {@code 103 Early Hints} before Reactor Netty sees them.
 * It takes the first answer for the only one, and gives the connection to the next
 * request, which then reads the answer of the request before it.
 *
 * @since 0.1.0
 */
public final class InterimAnswers {

	private static final boolean REACTOR_NETTY = ClassUtils.isPresent("reactor.netty.http.client.HttpClient",
			InterimAnswers.class.getClassLoader());

	private InterimAnswers() {
	}

	/**
	 * Drop the interim answers to a request. Other HTTP clients than Reactor Netty are
	 * left alone.
	 * @param request the request, about to be written to its connection
	 */
	public static void drop(ClientHttpRequest request) {
		if (REACTOR_NETTY) {
			ReactorNetty.drop(request.getNativeRequest());
		}
	}

	// Loaded only where Reactor Netty is there.
	private static final class ReactorNetty {

		private static final String NAME = "io.operations.interimAnswers";

		private ReactorNetty() {
		}

		// A connection serves many requests, and needs one handler.
		static void drop(Object request) {
			if (request instanceof Connection connection) {
				ChannelPipeline pipeline = connection.channel().pipeline();
				if (pipeline.context(NAME) == null) {
					add(pipeline);
				}
			}
		}

		// Before all who count or time answers, where the codec is known.
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
				// Reactor Netty drops 100 by itself.
				this.dropping = status > HttpResponseStatus.CONTINUE.code() && status < HttpResponseStatus.OK.code();
				if (status == HttpResponseStatus.SWITCHING_PROTOCOLS.code()) {
					// Nobody asked for it, so nothing tells what follows.
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
				// What asked for an answer still waits for one.
				context.read();
			}
		}

	}

}
