using Akka.Registry.Client.Directory;
using Akka.Registry.Client.Routing;
using Polly;

namespace Akka.Registry.Client.Http;

/// <summary>One call of the application, over all its attempts. Attempts that race share it.</summary>
internal sealed class HttpCall(HttpRequestMessage request, ServiceAddress address, RouteQuery query, bool isIdempotent, ReplayedBody? body)
{
    private readonly Lock _gate = new();
    private readonly List<ServiceInstance> _tried = [];
    private volatile bool _hasFailed;

    /// <summary>Where a pipeline's context has the call.</summary>
    public static ResiliencePropertyKey<HttpCall> Key { get; } = new("Akka.Registry.HttpCall");

    /// <summary>The application's request; attempts send copies.</summary>
    public HttpRequestMessage Request { get; } = request;

    /// <summary>What its URI names.</summary>
    public ServiceAddress Address { get; } = address;

    /// <summary>What it asks of routing.</summary>
    public RouteQuery Query { get; } = query;

    /// <summary>Whether it may be made again after bytes of it were sent, as far as its body allows.</summary>
    public bool IsRepeatable => isIdempotent && (body is null || body.CanBeSent);

    /// <summary>Whether it may be made again when no byte of it was sent.</summary>
    public bool IsSendable => body is null || body.CanBeSent;

    /// <summary>Whether an attempt has failed that no other has followed yet.</summary>
    public bool HasFailed
    {
        get => _hasFailed;
        set => _hasFailed = value;
    }

    /// <summary>Begins an attempt at an instance that was not tried, where there is one.</summary>
    /// <returns>The call, where it goes, and how many attempts there were before.</returns>
    /// <exception cref="NoInstanceException">No instance may be called, or none has such an endpoint.</exception>
    public (RoutedCall Call, Uri Target, int Attempt) Begin(ServiceRouter router)
    {
        lock (_gate)
        {
            // Those without the endpoint count as tried: there are no more choices than instances.
            var attempt = _tried.Count;
            List<ServiceInstance>? unfit = null;
            while (true)
            {
                ServiceInstance[] tried = unfit is null ? [.. _tried] : [.. _tried, .. unfit];
                if (router.Choose(Address.Service, Query, tried) is not { } route)
                    throw router.NoInstance(Address.Service, Query.Method);
                var instance = route.Routee.Instance;
                if (Address.TryResolve(instance, Request.RequestUri!, out var target))
                {
                    _tried.Add(instance);
                    return (new RoutedCall(route.Routes, route.Routee), target, attempt);
                }

                unfit ??= [];
                if (unfit.Exists(other => other.Id == instance.Id))
                    return (Again(router, unfit.Count, out target), target, attempt);
                unfit.Add(instance);
            }
        }
    }

    /// <summary>A copy of the request, for one attempt.</summary>
    public HttpRequestMessage Copy(Uri target, ServiceInstance instance)
    {
        var copy = new HttpRequestMessage(Request.Method, target) { Version = Request.Version, VersionPolicy = Request.VersionPolicy };
        foreach (var (name, values) in Request.Headers.NonValidated)
            copy.Headers.TryAddWithoutValidation(name, values);
        foreach (var (key, value) in Request.Options)
            ((IDictionary<string, object?>)copy.Options)[key] = value;
        if (copy.Headers.Host is null && instance.Metadata.TryGetValue(InstanceEndpoint.HostKey, out var host))
            copy.Headers.Host = host;
        copy.Content = body?.ForAttempt();
        return copy;
    }

    /// <summary>No other has the endpoint: the last that was tried is tried once more, where there is one.</summary>
    private RoutedCall Again(ServiceRouter router, int unfit, out Uri target)
    {
        if (_tried.Count == 0)
            throw new NoInstanceException(Address.Service, NoEndpoint(unfit));
        var instance = _tried[^1];
        _ = Address.TryResolve(instance, Request.RequestUri!, out target);
        _tried.Add(instance);
        return router.Begin(instance);
    }

    private string NoEndpoint(int instances)
    {
        var endpoint = Address.Endpoint is null ? $"endpoint for {Address.Schemes}" : $"endpoint '{Address.Endpoint}' for {Address.Schemes}";
        return $"Service '{Address.Service}' has {instances} instance{(instances == 1 ? "" : "s")} that may be called, but none with an {endpoint}; "
            + $"instances name them by metadata '{InstanceEndpoint.SchemeKey}' and '{InstanceEndpoint.KeyPrefix}<name>'.";
    }
}
