using System.Globalization;
using System.Text;
using Akka.Registry.Actors.Virtual;
using Microsoft.Extensions.Logging;

namespace Akka.Registry.TestKit;

/// <summary>What each node logged and what was done to it, in order of virtual time: the same for the same seed, byte for byte.</summary>
public sealed class SimulationTrace(VirtualScheduler scheduler)
{
    private const int LinesMax = 200_000;
    private const int TimeColumns = 12;

    private readonly List<string> _lines = [];
    private readonly List<string> _errors = [];

    /// <summary>The lines so far.</summary>
    public IReadOnlyList<string> Lines => _lines;

    /// <summary>Lines of level Error and above: in simulation each one fails the run.</summary>
    public IReadOnlyList<string> Errors => _errors;

    /// <summary>The least level that is kept; default Information.</summary>
    public LogLevel Level { get; set; } = LogLevel.Information;

    /// <summary>Notes what the test itself does.</summary>
    public void Note(string who, string what) => Add($"{Time()} {who,-8} {what}");

    /// <summary>Loggers of one node.</summary>
    public ILoggerFactory CreateLoggers(string node) => new Loggers(this, node);

    /// <summary>The lines up to that moment.</summary>
    public IEnumerable<string> Before(TimeSpan moment) =>
        _lines.TakeWhile(line => double.Parse(line.AsSpan(0, TimeColumns), CultureInfo.InvariantCulture) <= moment.TotalSeconds);

    /// <summary>All lines.</summary>
    public override string ToString() => string.Join('\n', _lines);

    private string Time() => $"{scheduler.Elapsed.TotalSeconds,12:0.000000}";

    private void Add(string line)
    {
        if (_lines.Count < LinesMax)
            _lines.Add(line);
    }

    private void Write(string node, LogLevel level, EventId id, string text, Exception? exception)
    {
        var mark = level switch { LogLevel.Warning => "warn", LogLevel.Error => "ERROR", LogLevel.Critical => "CRIT", _ => "" };
        var line = new StringBuilder($"{Time()} {node,-8} {mark,-5} {id.Id} {text}");
        if (exception is not null)
            line.Append(" | ").Append(exception.GetType().Name).Append(": ").Append(exception.Message);
        Add(line.ToString());
        if (level >= LogLevel.Error)
            _errors.Add(exception is null ? line.ToString() : $"{line}\n{exception}");
    }

    private sealed class Loggers(SimulationTrace trace, string node) : ILoggerFactory
    {
        public ILogger CreateLogger(string categoryName) => new Logger(trace, node);

        public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException("The trace is the only provider.");

        public void Dispose()
        {
            // Nothing is held.
        }
    }

    private sealed class Logger(SimulationTrace trace, string node) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= trace.Level && logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
                trace.Write(node, logLevel, eventId, formatter(state, exception), exception);
        }
    }
}
