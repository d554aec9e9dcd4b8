using Akka.Registry.Server.Problems;
using Akka.Registry.Server.Security;
using Microsoft.AspNetCore.Http.Features;

namespace Akka.Registry.Server.Eureka;

/// <summary>Finds what a path below <c>/eureka</c> means.</summary>
/// <remarks>
/// The path is taken apart here, as the client sent it: ids hold colons and encoded slashes, clients end paths with a slash or not, and
/// begin them with <c>/eureka</c> or <c>/eureka/v2</c>.
/// </remarks>
internal static class EurekaRoutes
{
    private const string Supported =
        "There is GET apps, apps/delta, apps/APP, apps/APP/ID, instances/ID, vips/VIP, svips/VIP; POST apps/APP; PUT and DELETE apps/APP/ID "
        + "and apps/APP/ID/status; PUT apps/APP/ID/metadata.";

    private const string NoPeers =
        "peerreplication is not served: nodes of this registry replicate among themselves, and a Eureka server cannot be their peer. "
        + "Point its clients here.";

    /// <summary>Answers a request.</summary>
    public static Task RunAsync(HttpContext context, EurekaDoor door)
    {
        context.Response.Headers.CacheControl = "no-store";
        var guard = HttpAccess.Enter(context, door.Access, "eureka");
        guard?.RequireAny("eureka");
        if (!door.Registry.IsReady)
            throw new ProblemException(Problem.NotReady(door.Registry.NotReadyReason));
        var path = Path(context);
        var call = new EurekaCall(context, door, door.Time.GetUtcNow()) { Guard = guard };
        var method = HttpMethods.IsHead(context.Request.Method) ? HttpMethods.Get : context.Request.Method.ToUpperInvariant();
        return path switch
        {
            ["apps"] => method == "GET" ? EurekaReads.Apps(call) : Refuse(context, "GET"),
            ["apps", "delta"] when method == "GET" => EurekaReads.Delta(call),
            ["apps", var app] => method switch
            {
                "GET" => EurekaReads.App(call, app),
                "POST" => EurekaWrites.Register(call, app),
                _ => Refuse(context, "GET, POST"),
            },
            ["apps", var app, var id] => method switch
            {
                "GET" => EurekaReads.Instance(call, app, id),
                "PUT" => EurekaWrites.Heartbeat(call, app, id),
                "DELETE" => EurekaWrites.Cancel(call, app, id),
                _ => Refuse(context, "GET, PUT, DELETE"),
            },
            ["apps", var app, var id, "status"] => method switch
            {
                "PUT" => EurekaWrites.Override(call, app, id),
                "DELETE" => EurekaWrites.RemoveOverride(call, app, id),
                _ => Refuse(context, "PUT, DELETE"),
            },
            ["apps", var app, var id, "metadata"] => method == "PUT" ? EurekaWrites.SetMetadata(call, app, id) : Refuse(context, "PUT"),
            ["instances", var id] => method == "GET" ? EurekaReads.Instance(call, id) : Refuse(context, "GET"),
            ["vips", var vip] => method == "GET" ? EurekaReads.Vip(call, vip, isSecure: false) : Refuse(context, "GET"),
            ["svips", var vip] => method == "GET" ? EurekaReads.Vip(call, vip, isSecure: true) : Refuse(context, "GET"),
            ["peerreplication", ..] => EurekaAnswer.Send(context, StatusCodes.Status501NotImplemented, NoPeers),
            _ => EurekaAnswer.Send(context, StatusCodes.Status404NotFound, "There is nothing at this path. " + Supported),
        };
    }

    private static Task Refuse(HttpContext context, string allowed)
    {
        context.Response.Headers.Allow = allowed;
        return EurekaAnswer.Send(context, StatusCodes.Status405MethodNotAllowed, "The path does not take this method. " + Supported);
    }

    /// <summary>The segments behind the door's own, decoded.</summary>
    private static string[] Path(HttpContext context)
    {
        var target = context.Features.Get<IHttpRequestFeature>()?.RawTarget;
        string[] segments;
        if (target is ['/', ..])
        {
            var end = target.AsSpan().IndexOfAny('?', '#');
            var path = end < 0 ? target : target[..end];
            segments = [.. path.Split('/', StringSplitOptions.RemoveEmptyEntries).Select(Uri.UnescapeDataString)];
        }
        else
        {
            // A proxy's request names the whole address.
            segments = (context.Request.Path.Value ?? "").Split('/', StringSplitOptions.RemoveEmptyEntries);
        }

        return segments is [_, var version, .. var rest] && version.Equals("v2", StringComparison.OrdinalIgnoreCase) ? rest : segments[1..];
    }
}
