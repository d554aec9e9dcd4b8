using System.Diagnostics;
using Akka.Registry.Client.Registrar;
using Akka.Registry.Contracts;

namespace Akka.Registry.Client.Session;

/// <summary>The client's activities, of the source <c>Akka.Registry.Client</c>. Heartbeats have none. Free while nobody listens.</summary>
internal static class ClientTracing
{
    /// <summary>The source's name.</summary>
    public const string SourceName = "Akka.Registry.Client";

    private const string Service = "akka.registry.Session";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>A question begins: the current activity until it is disposed of.</summary>
    public static Activity? Ask(SessionRequest request) => Source.HasListeners()
        ? Rpc(Source.StartActivity($"{Service}/{request.KindCase}", ActivityKind.Client), request.KindCase.ToString())
        : null;

    /// <summary>An instance is to be registered: until a node has taken or refused it, whatever sessions that takes.</summary>
    public static Activity? Register(ServiceRegistration registration)
    {
        var span = TraceContext.Start(Source, Service + "/Register", ActivityKind.Client, default);
        return Rpc(span, "Register")?.SetTag("akka.registry.service", registration.Service).SetTag("akka.registry.instance", registration.Id);
    }

    private static Activity? Rpc(Activity? span, string method) =>
        span?.SetTag("rpc.system", "akka_registry").SetTag("rpc.service", Service).SetTag("rpc.method", method);
}
