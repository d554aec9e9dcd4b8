using System.Diagnostics;

namespace Akka.Registry.Checks;

/// <summary>How statuses add up. Pure.</summary>
public static class CheckStatuses
{
    /// <summary>The worst status of some checks; passing for none.</summary>
    public static InstanceStatus Worst(IReadOnlyList<CheckState> checks)
    {
        ArgumentNullException.ThrowIfNull(checks);
        var worst = InstanceStatus.Passing;
        for (var i = 0; i < checks.Count; i++)
        {
            if (checks[i].Status > worst)
                worst = checks[i].Status;
        }

        return worst;
    }

    /// <summary>The status of an instance that reports one of itself and has checks.</summary>
    /// <remarks>
    /// Critical outdoes everything. Starting and draining say more than a warning: neither takes calls. Else the worse of the two.
    /// </remarks>
    /// <param name="reported">Any but out-of-service.</param>
    /// <param name="checks">The worst of its checks: passing, warning or critical.</param>
    public static InstanceStatus Combine(InstanceStatus reported, InstanceStatus checks) => (reported, checks) switch
    {
        (_, InstanceStatus.Critical) => InstanceStatus.Critical,
        (InstanceStatus.Passing, _) => checks,
        _ => reported,
    };

    /// <summary>Whether a check may have that status.</summary>
    public static bool IsOfCheck(InstanceStatus status) => status is >= InstanceStatus.Passing and <= InstanceStatus.Critical;

    /// <summary>What an alias of an entry of that status is.</summary>
    public static InstanceStatus OfAlias(InstanceStatus target) => target switch
    {
        InstanceStatus.Passing or InstanceStatus.Warning => target,
        InstanceStatus.Starting or InstanceStatus.Critical or InstanceStatus.Draining or InstanceStatus.OutOfService => InstanceStatus.Critical,
        _ => throw new UnreachableException($"No rule for {target}."),
    };
}
