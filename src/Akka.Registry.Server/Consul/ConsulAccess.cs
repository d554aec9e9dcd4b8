using Akka.Registry.Security;
using Akka.Registry.Server.Security;

namespace Akka.Registry.Server.Consul;

/// <summary>Lets Consul's clients in, and refuses them in Consul's words.</summary>
internal static class ConsulAccess
{
    /// <summary>Consul's ID of who shows no token.</summary>
    private const string AnonymousAccessor = "00000000-0000-0000-0000-000000000002";

    /// <summary>What a client may send for "no token".</summary>
    private const string AnonymousSecret = "anonymous";

    /// <summary>The caller's registry; null where everybody may do everything.</summary>
    /// <exception cref="ConsulException">The caller is turned away.</exception>
    public static GuardedRegistry? Enter(HttpContext http, ConsulDoor door)
    {
        if (door.Access is not { IsOn: true } access)
            return null;
        var token = TokenOf(http.Request);
        var admission = access.Admit(
            token == AnonymousSecret ? "" : token, new Visit("consul", http.Connection.RemoteIpAddress), hidesUnreadable: true);
        if (admission.Registry is { } guard)
            return guard;
        if (admission.Wait == TimeSpan.Zero)
            throw new ConsulException(StatusCodes.Status403Forbidden, "ACL not found");
        http.Response.Headers.RetryAfter = ((int)Math.Ceiling(admission.Wait.TotalSeconds)).ToString();
        throw new ConsulException(StatusCodes.Status429TooManyRequests, admission.Objection);
    }

    /// <summary>What a refusal says; null for one of another kind.</summary>
    public static ConsulException? Denied(RegistryException refusal, GuardedRegistry? guard)
    {
        if (refusal.Error is not (RegistryError.Forbidden or RegistryError.Unauthenticated))
            return null;
        if (guard is null || refusal.Missing is not { } missing)
            return new ConsulException(StatusCodes.Status403Forbidden, refusal.Message);
        var accessor = guard.IsAnonymous ? AnonymousAccessor : guard.Caller;
        var right = missing.Right == AccessRight.Read ? "read" : "write";
        var lacks = (missing.Service, missing.Right) switch
        {
            ("", AccessRight.Operator) => "'operator:write'",
            ("", _) => $"'service:{right}'",
            var (service, _) => $"'service:{right}' on \"{service}\"",
        };
        return new ConsulException(StatusCodes.Status403Forbidden, $"Permission denied: token with AccessorID '{accessor}' lacks permission {lacks}");
    }

    /// <summary>As Consul takes it: its own header before the standard one, the query last.</summary>
    private static string TokenOf(HttpRequest request)
    {
        var own = request.Headers["X-Consul-Token"].ToString();
        if (own.Length > 0)
            return own;
        var standard = HttpToken.Of(request);
        return standard.Length > 0 ? standard : request.Query["token"].ToString();
    }
}
