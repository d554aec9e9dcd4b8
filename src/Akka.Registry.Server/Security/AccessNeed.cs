namespace Akka.Registry.Server.Security;

/// <summary>What an operation of a door asks for before it begins.</summary>
internal enum AccessNeed
{
    /// <summary>Some right on anything. What the operation then asks of the registry is decided there, service by service.</summary>
    AnyRight,

    /// <summary>Nothing: no token is looked at.</summary>
    Nothing,

    /// <summary>An operator of everything.</summary>
    Operator,
}
