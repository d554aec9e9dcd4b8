namespace Akka.Registry.Contracts;

/// <summary>The versions of the wire that this build speaks. Two nodes speak the highest that both know.</summary>
public static class WireProtocol
{
    /// <summary>The lowest version spoken.</summary>
    public const int Min = 1;

    /// <summary>The highest version spoken.</summary>
    public const int Max = 1;

    /// <summary>The first field of every handshake: "AKRG".</summary>
    public const uint Magic = 0x414B5247;
}
