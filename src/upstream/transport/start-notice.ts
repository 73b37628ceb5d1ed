import type { Dispatcher } from 'undici';

/**
 * Tells when a request begins to leave on a connection. Before that, a failure is definite; after it, the
 * upstream may have acted. undici's `request` itself does not say which of the two a failure was.
 */
export function onRequestStart(onStart: () => void): Dispatcher.DispatcherComposeInterceptor {
  return (dispatch) => (options, handler) =>
    dispatch(options, {
      onRequestStart: (controller, context) => {
        handler.onRequestStart?.(controller, context);
        // A request aborted while it waited for its connection is dropped here, before it is written.
        if (!controller.aborted) onStart();
      },
      onRequestUpgrade: (...upgrade) => handler.onRequestUpgrade?.(...upgrade),
      onResponseStart: (...start) => handler.onResponseStart?.(...start),
      onResponseData: (...data) => handler.onResponseData?.(...data),
      onResponseEnd: (...end) => handler.onResponseEnd?.(...end),
      onResponseError: (...failed) => handler.onResponseError?.(...failed),
    });
}
