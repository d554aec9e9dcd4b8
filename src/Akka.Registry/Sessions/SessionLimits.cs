using Akka.Registry.Actors;
using Akka.Registry.Contracts.Limits;
using Akka.Registry.Limits;

namespace Akka.Registry.Sessions;

/// <summary>What one session may take: paces its requests, and says which setting it went beyond.</summary>
internal sealed class SessionLimits(SessionOptions options, LimitCounter counter, TimeProvider time)
{
    private readonly SessionPace _pace = new(options.RequestsPerSecond);

    public SessionOptions Options => options;

    /// <summary>Waits until the session may ask so much more. One at a time.</summary>
    public async ValueTask WaitAsync(int requests, CancellationToken stop)
    {
        var wait = _pace.Take(requests, time.GetInstant());
        if (wait == TimeSpan.Zero)
            return;
        counter.Reached("sessions.requests-per-second");
        await Task.Delay(wait, time, stop);
    }

    /// <summary>It went beyond a limit: counts that.</summary>
    /// <param name="setting">The limit's key below <c>sessions</c>.</param>
    /// <param name="max">The limit.</param>
    /// <param name="what">What is over it.</param>
    /// <returns>A sentence's end for the client and the log.</returns>
    public string Beyond(string setting, long max, string what)
    {
        setting = "sessions." + setting;
        counter.Reached(setting);
        return $"{what} is over the limit of {max} ({setting})";
    }
}
