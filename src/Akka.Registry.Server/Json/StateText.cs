using System.Diagnostics;
using Akka.Registry.Cluster;

namespace Akka.Registry.Server.Json;

/// <summary>Member states as the API names them.</summary>
internal static class StateText
{
    /// <summary>The name.</summary>
    public static ReadOnlySpan<byte> Utf8(MemberState state) => state switch
    {
        MemberState.Joining => "joining"u8,
        MemberState.Up => "up"u8,
        MemberState.Suspect => "suspect"u8,
        MemberState.Leaving => "leaving"u8,
        MemberState.Down => "down"u8,
        MemberState.Left => "left"u8,
        _ => throw new UnreachableException($"No name for state {state}."),
    };
}
