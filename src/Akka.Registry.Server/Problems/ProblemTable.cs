using System.Collections.Frozen;
using System.Diagnostics;

namespace Akka.Registry.Server.Problems;

/// <summary>Every problem that this server answers with, and which error becomes which.</summary>
internal static class ProblemTable
{
    /// <summary>Where the types' meanings are.</summary>
    public const string Path = "/problems/";

    public static readonly ProblemType Invalid = new(
        "invalid", 400, "The request is not valid.", false,
        "A field or a parameter is missing, unknown, malformed or out of bounds: `field` and `errors` name it. Nothing has changed.");

    public static readonly ProblemType MalformedJson = new(
        "malformed-json", 400, "The body is not JSON.", false,
        "`line` and `column` say where reading stopped, counted from 1, the column in bytes. Nothing has changed.");

    public static readonly ProblemType Unauthenticated = new(
        "unauthenticated", 401, "A token is asked for.", false,
        "No token was shown where one is asked for, or one that this node does not know, or knows no longer. Nothing has changed. Send "
        + "`Authorization: Bearer TOKEN`.");

    public static readonly ProblemType Forbidden = new(
        "forbidden", 403, "The token has no right to do that.", false,
        "`detail` names the right that is missing, as a rule of the node's tokens has it. Nothing has changed. Show a token that has it.");

    public static readonly ProblemType CrossOrigin = new(
        "cross-origin", 403, "Another site's page may not change this registry.", false,
        "The request carries the Origin of another site. Nothing has changed.");

    public static readonly ProblemType NotFound = new(
        "not-found", 404, "Not registered.", false,
        "The service or the instance is not registered. Nothing has changed. Register it.");

    public static readonly ProblemType UnknownLease = new(
        "unknown-lease", 404, "Unknown: register again.", false,
        "The heartbeat is for an instance that nobody knows, or that was removed. Nothing has changed. Register again.");

    public static readonly ProblemType NoSuchPath = new(
        "no-such-path", 404, "There is nothing at this path.", false, "See /openapi/v1.json for the paths that there are.");

    public static readonly ProblemType MethodNotAllowed = new(
        "method-not-allowed", 405, "The path does not take this method.", false, "The Allow header lists those that it takes.");

    public static readonly ProblemType RequestTimeout = new(
        "request-timeout", 408, "The request came too slowly.", true, "Nothing has changed. Send it again.");

    public static readonly ProblemType StaleEpoch = new(
        "stale-epoch", 409, "The epoch has ended.", false,
        "A newer epoch of the instance stands, or this one was deregistered. Nothing has changed; a retry with this epoch never "
        + "succeeds. Register with a new epoch, or with none.");

    public static readonly ProblemType TooLarge = new(
        "too-large", 413, "The body is too large.", false,
        "The body, or the entry that it makes, is larger than the setting that `limit` names allows; `limitBytes` is the limit of a body. "
        + "Nothing has changed. Send less.");

    public static readonly ProblemType UnsupportedMediaType = new(
        "unsupported-media-type", 415, "The body's type is not supported.", false,
        "Send application/json in UTF-8, uncompressed; a body without Content-Type is taken as that. Nothing has changed.");

    public static readonly ProblemType LimitReached = new(
        "limit-reached", 429, "A limit is reached.", true,
        "Nothing has changed. A retry helps once something is removed or ended, or later; `limit` names the limit's setting at the node.");

    public static readonly ProblemType Internal = new(
        "internal", 500, "The server failed.", true,
        "A defect of the server; its log has the request's `trace`. Whether something has changed is not known.");

    public static readonly ProblemType NotReady = new(
        "not-ready", 503, "This node is not ready.", true,
        "The node does not hold the whole registry yet, or is leaving. Nothing has changed. Retry later, or at another node.");

    public static readonly ProblemType Busy = new(
        "busy", 503, "This node is too busy.", true,
        "The node did not come to an answer in time. The request may have counted; making it again is safe.");

    public static readonly ProblemType Overloaded = new(
        "overloaded", 503, "This node takes nothing new.", true,
        "The node's memory is at its high-water mark. Nothing has changed, and all that is registered goes on: heartbeats, replacements, reads and "
        + "removals are served. Retry later, or at another node.");

    public static readonly ProblemType OwnerUnreachable = new(
        "owner-unreachable", 504, "The lease's owner did not answer.", true,
        "The node that owns the lease did not answer in time. Retry.");

    private static readonly ProblemType[] All =
    [
        Invalid, MalformedJson, Unauthenticated, Forbidden, CrossOrigin, NotFound, UnknownLease, NoSuchPath, MethodNotAllowed, RequestTimeout,
        StaleEpoch, TooLarge, UnsupportedMediaType, LimitReached, Internal, NotReady, Busy, Overloaded, OwnerUnreachable,
    ];

    private static readonly FrozenDictionary<string, ProblemType> ByName = All.ToFrozenDictionary(type => type.Name);

    /// <summary>All types.</summary>
    public static IReadOnlyList<ProblemType> Types => All;

    /// <summary>The type of that name, or null.</summary>
    public static ProblemType? Find(string name) => ByName.GetValueOrDefault(name);

    /// <summary>The problem that the registry's refusal becomes.</summary>
    public static ProblemType Of(RegistryException refusal) =>
        refusal.Limit == "limits.entry-bytes" ? TooLarge : Of(refusal.Error);

    /// <summary>The problem that an error becomes.</summary>
    public static ProblemType Of(RegistryError error) => error switch
    {
        RegistryError.Invalid => Invalid,
        RegistryError.NotFound => NotFound,
        RegistryError.StaleEpoch => StaleEpoch,
        RegistryError.LimitReached => LimitReached,
        RegistryError.NotReady => NotReady,
        RegistryError.OwnerUnreachable => OwnerUnreachable,
        RegistryError.Unauthenticated => Unauthenticated,
        RegistryError.Forbidden => Forbidden,
        RegistryError.Overloaded => Overloaded,
        _ => throw new UnreachableException($"No problem type for {error}."),
    };

    /// <summary>The problem that a bare HTTP status becomes; null for one that this server does not send by itself.</summary>
    public static ProblemType? OfStatus(int status) => status switch
    {
        400 => Invalid,
        404 => NoSuchPath,
        405 => MethodNotAllowed,
        408 => RequestTimeout,
        413 => TooLarge,
        415 => UnsupportedMediaType,
        500 => Internal,
        503 => NotReady,
        _ => null,
    };
}
