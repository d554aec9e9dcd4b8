using System.Runtime.InteropServices;

namespace Akka.Registry.Cli;

/// <summary>Signals that ask this process to end. They cancel what runs, unless a command takes them over.</summary>
internal sealed class Signals : IDisposable
{
    private readonly CancellationTokenSource _interrupted = new();
    private readonly List<PosixSignalRegistration> _registrations = [];
    private Action<PosixSignal>? _handler;

    /// <summary>Cancelled by the first signal that no command has taken over.</summary>
    public CancellationToken Interrupted => _interrupted.Token;

    /// <summary>Begins to listen to the process's signals.</summary>
    public static Signals OfProcess()
    {
        var signals = new Signals();
        // SIGHUP is left alone: it ends the process, or not where nohup was asked for, and the lease then runs out by itself.
        foreach (var signal in (PosixSignal[])[PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGQUIT])
        {
            signals._registrations.Add(PosixSignalRegistration.Create(signal, context =>
            {
                context.Cancel = true;
                signals.Raise(context.Signal);
            }));
        }

        return signals;
    }

    /// <summary>Has the handler called for each signal from now on, until what is returned is disposed of.</summary>
    /// <remarks>On a thread of its own for each signal.</remarks>
    public IDisposable TakeOver(Action<PosixSignal> handler)
    {
        _handler = handler;
        return new GivingBack(this);
    }

    /// <summary>A signal has come.</summary>
    public void Raise(PosixSignal signal)
    {
        if (_handler is { } handler)
            handler(signal);
        else
            _interrupted.Cancel();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var registration in _registrations)
            registration.Dispose();
        _interrupted.Dispose();
    }

    private sealed class GivingBack(Signals signals) : IDisposable
    {
        public void Dispose() => signals._handler = null;
    }
}
