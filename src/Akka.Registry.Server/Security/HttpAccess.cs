using Akka.Registry.Security;
using Akka.Registry.Server.Problems;

namespace Akka.Registry.Server.Security;

/// <summary>Lets requests in: the registry that an operation works on is the one that its caller may see and change.</summary>
internal static class HttpAccess
{
    /// <summary>The caller's registry; null where everybody may do everything.</summary>
    /// <param name="context">The request.</param>
    /// <param name="access">Who may do what; null in an application that knows no tokens.</param>
    /// <param name="door">Which door it is, for the log.</param>
    /// <exception cref="ProblemException">The caller is turned away.</exception>
    public static GuardedRegistry? Enter(HttpContext context, RegistryAccess? access, string door)
    {
        if (access is not { IsOn: true })
            return null;
        var admission = access.Admit(HttpToken.Of(context.Request), new Visit(door, context.Connection.RemoteIpAddress));
        return admission.Registry ?? throw new ProblemException(ProblemOf(admission));
    }

    /// <summary>Refuses a caller who lacks what the operation asks for before it begins.</summary>
    /// <exception cref="RegistryException">They lack it.</exception>
    public static void Require(GuardedRegistry guard, AccessNeed need, string operation)
    {
        if (need == AccessNeed.Operator)
            guard.Operate(operation, "");
        else
            guard.RequireAny(operation);
    }

    private static Problem ProblemOf(Admission admission) => admission.Wait > TimeSpan.Zero
        ? new Problem(ProblemTable.LimitReached, admission.Objection) { RetryAfterSeconds = (int)Math.Ceiling(admission.Wait.TotalSeconds) }
        : new Problem(ProblemTable.Unauthenticated, admission.Objection);
}
