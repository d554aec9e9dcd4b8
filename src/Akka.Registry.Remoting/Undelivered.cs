using Akka.Registry.Actors;
using Akka.Registry.Contracts;

namespace Akka.Registry.Remoting;

/// <summary>What a dead letter holds of a message that came from elsewhere and was not read.</summary>
/// <param name="Manifest">Which kind of message it said to be.</param>
/// <param name="PayloadBytes">How large it was.</param>
public sealed record UnreadMessage(string Manifest, int PayloadBytes);

/// <summary>Reasons as they stand on the wire: one number for each, never used for another.</summary>
internal static class Undelivered
{
    public static WireUndelivered ToWire(DeadLetterReason reason) => (WireUndelivered)((int)reason + 1);

    /// <summary>A reason of a later version is taken for the vaguest one.</summary>
    public static DeadLetterReason FromWire(WireUndelivered reason) =>
        reason is > WireUndelivered.None and <= WireUndelivered.NotAllowed
            ? (DeadLetterReason)((int)reason - 1)
            : DeadLetterReason.Unreachable;

    /// <summary>"There will be no answer."</summary>
    public static ActorAnswer Answer(ulong ask, DeadLetterReason reason, bool mayHaveBeenHandled) =>
        new() { Ask = ask, Reason = ToWire(reason), MayHaveBeenHandled = mayHaveBeenHandled };
}
