namespace Akka.Registry.Cli;

/// <summary>What the process ends with. Scripts rely on these numbers: they never change.</summary>
/// <remarks>
/// <c>register -- command</c> ends with the command's own code once it runs; 126 and 127 then say, as in a shell, that it cannot be
/// run and that there is none; 128 + n that signal n ended it.
/// </remarks>
internal enum ExitCode
{
    /// <summary>It is done, or the answer is shown.</summary>
    Done = 0,

    /// <summary>A defect of this program, or of the node.</summary>
    Defect = 1,

    /// <summary>The command line is not valid. Nothing was asked.</summary>
    Usage = 2,

    /// <summary>No node gave an answer.</summary>
    Unreachable = 3,

    /// <summary>There is no such service, instance, member or routee.</summary>
    NotFound = 4,

    /// <summary>The registry refuses, and will refuse it again: a field is not valid, the epoch has ended, a limit, a right.</summary>
    Refused = 5,

    /// <summary>No node can do it now; the same call may succeed later.</summary>
    NotNow = 6,

    /// <summary>It is done, but not everybody who was to confirm has confirmed in time.</summary>
    Unconfirmed = 7,

    /// <summary>The examination found something that needs a human.</summary>
    Unhealthy = 8,

    /// <summary>The command of <c>register -- command</c> is there but cannot be run.</summary>
    CannotRun = 126,

    /// <summary>There is no such command to run.</summary>
    NoCommand = 127,

    /// <summary>A signal ended it before it was done.</summary>
    Interrupted = 130,
}
