using System.Diagnostics;
using System.Globalization;

namespace Akka.Registry.EndToEnd.Harness;

/// <summary>Notes each process and network namespace that is made, so that tests/run.sh can end what a run that died has left.</summary>
internal static class RunLedger
{
    public static void Note(Process process) => Note(process.Id.ToString(CultureInfo.InvariantCulture), StartOf(process.Id)!);

    public static void NoteNamespace(string name) => Note("netns", name);

    /// <summary>When the process was started, in ticks since the machine was; null when there is no such process. Ids are reused, the
    /// pair is not.</summary>
    public static string? StartOf(int pid)
    {
        try
        {
            // Field 22 of stat, counted behind the name in parentheses.
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[19];
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static void Note(string what, string which)
    {
        if (Environment.GetEnvironmentVariable("AKREG_TEST_LEDGER") is { Length: > 0 } ledger)
            File.AppendAllText(ledger, $"{what} {which}\n");
    }
}
