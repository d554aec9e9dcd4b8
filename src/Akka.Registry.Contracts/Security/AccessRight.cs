namespace Akka.Registry.Security;

/// <summary>What somebody may do with a service. Each right includes those before it.</summary>
public enum AccessRight
{
    /// <summary>Nothing: the service is as if it were not there.</summary>
    None = 0,

    /// <summary>Look it up, watch it, have routees chosen, say that calls to it fail.</summary>
    Read = 1,

    /// <summary>Register its instances, beat for them, speak for their checks, drain and deregister them.</summary>
    Write = 2,

    /// <summary>Set statuses over the instances' heads; with a rule for every service, have nodes leave.</summary>
    Operator = 3,
}
