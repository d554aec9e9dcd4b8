using System.Diagnostics;
using Akka.Registry.Client.Directory;
using Akka.Registry.Client.Routing;
using Polly;

namespace Akka.Registry.Client.Http;

/// <summary>Sends requests that name a service to instances of it; others pass through. Any thread.</summary>
/// <remarks>
/// An attempt counts as under way until its answer begins. The response's request is the application's own, whose URI names the service; where
/// it went is in the activity <c>akka.registry.attempt</c> of the source <c>Akka.Registry.Client</c>.
/// </remarks>
internal sealed class RegistryRoutingHandler(HttpRouting routing) : DelegatingHandler
{
    private static readonly ActivitySource Activities = new(RoutingMetrics.Name);

    private readonly ResilienceContextPool _contexts = ResilienceContextPool.Shared;

    /// <inheritdoc/>
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        request.RequestUri is { IsAbsoluteUri: true } uri && ServiceAddress.TryRead(uri, routing.Rules.Options.IsService, out var address)
            ? CallAsync(request, address, cancellationToken)
            : base.SendAsync(request, cancellationToken);

    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">The request names a service: its calls wait for views and answers.</exception>
    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.RequestUri is { IsAbsoluteUri: true } uri && ServiceAddress.TryRead(uri, routing.Rules.Options.IsService, out var address))
            throw new NotSupportedException($"'{address.Service}' is a service of the registry; call it with SendAsync.");
        return base.Send(request, cancellationToken);
    }

    private async Task<HttpResponseMessage> CallAsync(HttpRequestMessage request, ServiceAddress address, CancellationToken cancellation)
    {
        var options = routing.Rules.Options;
        var isIdempotent = IsIdempotent(request);
        try
        {
            await routing.Router.WaitForViewAsync(address.Service, cancellation);
        }
        catch (Exception failure) when (failure is NoInstanceException or RegistryRefusedException)
        {
            throw new HttpRequestException(HttpRequestError.NameResolutionError, failure.Message, failure);
        }

        var body = await ReplayedBody.OfAsync(request, isIdempotent && options.AttemptsMax > 1, options.ReplayBytesMax, cancellation);
        var call = new HttpCall(request, address, QueryOf(request), isIdempotent, body);
        routing.Rules.OnCall(address.Service);
        var context = _contexts.Get(cancellation);
        context.Properties.Set(HttpCall.Key, call);
        try
        {
            var outcome = await routing.Pipeline.ExecuteOutcomeAsync(
                static async (context, state) => await state.Handler.AttemptAsync(state.Call, context), context, (Handler: this, Call: call));
            outcome.ThrowIfException();
            var response = outcome.Result!;
            response.RequestMessage = request;
            return response;
        }
        finally
        {
            _contexts.Return(context);
        }
    }

    private async ValueTask<Outcome<HttpResponseMessage>> AttemptAsync(HttpCall call, ResilienceContext context)
    {
        RoutedCall routed;
        Uri target;
        int attempt;
        try
        {
            (routed, target, attempt) = call.Begin(routing.Router);
        }
        catch (NoInstanceException none)
        {
            return Outcome.FromException<HttpResponseMessage>(
                new HttpRequestException(HttpRequestError.NameResolutionError, none.Message, none));
        }

        using var activity = Start(call, routed.Instance, target, attempt);
        using (routed)
        {
            try
            {
                var response = await SendWithinAsync(call.Copy(target, routed.Instance), context.CancellationToken);
                routed.Report(HttpFailures.OutcomeOf(response.StatusCode));
                activity?.SetTag("http.response.status_code", (int)response.StatusCode);
                return Outcome.FromResult(response);
            }
            catch (Exception failure)
            {
                // Who cancels says nothing of the instance: the caller, or a race that another has won.
                if (!context.CancellationToken.IsCancellationRequested)
                    routed.Report(HttpFailures.OutcomeOf(failure));
                activity?.SetStatus(ActivityStatusCode.Error, failure.Message);
                activity?.SetTag("error.type", failure.GetType().FullName);
                return Outcome.FromException<HttpResponseMessage>(failure);
            }
        }
    }

    /// <summary>Sends one attempt, within the time that the options allow it.</summary>
    private async Task<HttpResponseMessage> SendWithinAsync(HttpRequestMessage attempt, CancellationToken cancellation)
    {
        if (routing.Rules.Options.AttemptTimeout is not { } timeout)
            return await base.SendAsync(attempt, cancellation);
        using var late = new CancellationTokenSource(timeout, routing.Router.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, late.Token);
        try
        {
            return await base.SendAsync(attempt, either.Token);
        }
        catch (OperationCanceledException end) when (late.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            throw new HttpRequestException(
                $"{attempt.RequestUri!.Authority} has not answered within {timeout}.", new TimeoutException(end.Message, end));
        }
    }

    private static Activity? Start(HttpCall call, ServiceInstance instance, Uri target, int attempt)
    {
        var activity = Activities.StartActivity("akka.registry.attempt", ActivityKind.Client);
        if (activity is null)
            return null;
        activity.SetTag("akka.registry.service", call.Address.Service);
        activity.SetTag("akka.registry.instance", instance.Id);
        activity.SetTag("akka.registry.attempt", attempt);
        activity.SetTag("server.address", target.Host);
        activity.SetTag("server.port", target.Port);
        activity.SetTag("http.request.method", call.Request.Method.Method);
        if (attempt > 0)
            activity.SetTag("http.request.resend_count", attempt);
        return activity;
    }

    private static bool IsIdempotent(HttpRequestMessage request)
    {
        if (request.Options.TryGetValue(RegistryRequestOptions.IsIdempotent, out var isMarked))
            return isMarked;
        var method = request.Method;
        return method == HttpMethod.Get || method == HttpMethod.Head || method == HttpMethod.Put || method == HttpMethod.Delete
            || method == HttpMethod.Options || method == HttpMethod.Trace;
    }

    private RouteQuery QueryOf(HttpRequestMessage request)
    {
        var options = routing.Rules.Options;
        request.Options.TryGetValue(RegistryRequestOptions.Method, out var method);
        if (options.HashKey?.Invoke(request) is not { } key)
            request.Options.TryGetValue(RegistryRequestOptions.HashKey, out key);
        return new RouteQuery { Logic = options.Logic, HashKey = key, Method = method };
    }
}
