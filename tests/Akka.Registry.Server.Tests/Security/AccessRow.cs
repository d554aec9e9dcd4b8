namespace Akka.Registry.Server.Tests.Security;

/// <summary>What an operation needs, as the README's table says it.</summary>
public enum Need
{
    /// <summary>Nothing: no token is looked at.</summary>
    Nothing,

    /// <summary>Nothing; what the caller may not read is left out.</summary>
    Seen,

    /// <summary>Some right on anything; what the caller may not read is left out.</summary>
    Any,

    Read,

    Write,

    Operator,

    /// <summary>Write, on the service that external nodes are.</summary>
    WriteNodes,

    /// <summary>Operator, by a rule for every service.</summary>
    OperatorOfAll,
}

/// <summary>Who calls.</summary>
public enum Caller
{
    NoToken,
    WrongToken,
    Reader,
    Writer,
    Operator,
    OperatorOfAll,
    OtherOperator,
}

/// <summary>One operation of one door.</summary>
/// <param name="Operation">What it is, whatever the door.</param>
/// <param name="Door">The door.</param>
/// <param name="Name">What the door calls it.</param>
/// <param name="Needs">What it needs.</param>
/// <param name="Make">Makes the call on an instance of the service <c>orders</c>: "done", "401", "403", or what else came of it.</param>
public sealed record AccessRow(string Operation, string Door, string Name, Need Needs, Func<AccessCall, Task<string>> Make)
{
    /// <summary>Whether the node ends with it, where it is allowed.</summary>
    public bool Ends { get; init; }

    public override string ToString() => $"{Door}: {Name}{(Operation.Contains(" of ", StringComparison.Ordinal) ? $" ({Operation})" : "")}";

    /// <summary>What must come of it.</summary>
    public string Expected(Caller caller)
    {
        if (Needs == Need.Nothing)
            return caller == Caller.WrongToken && Door == "consul" ? "403" : "done";
        if (caller is Caller.NoToken or Caller.WrongToken)
        {
            return Needs == Need.Seen && caller == Caller.NoToken ? "done" : Door == "consul" ? "403" : "401";
        }

        return IsAllowed(caller) ? "done" : "403";
    }

    private bool IsAllowed(Caller caller) => Needs switch
    {
        Need.Seen or Need.Any => true,
        Need.Read => caller is not Caller.OtherOperator,
        Need.Write => caller is Caller.Writer or Caller.Operator or Caller.OperatorOfAll,
        Need.Operator => caller is Caller.Operator or Caller.OperatorOfAll,
        Need.WriteNodes or Need.OperatorOfAll => caller is Caller.OperatorOfAll,
        _ => throw new System.Diagnostics.UnreachableException($"No rule for {Needs}."),
    };
}

/// <summary>One call of one caller.</summary>
/// <param name="Node">The node.</param>
/// <param name="Caller">Who calls.</param>
/// <param name="Id">An instance of <c>orders</c> that nobody else touches, with the TTL check <c>ttl-ID</c>.</param>
public sealed record AccessCall(GuardedNode Node, Caller Caller, string Id);
