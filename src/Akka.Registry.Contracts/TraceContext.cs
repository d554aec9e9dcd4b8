using System.Diagnostics;

namespace Akka.Registry.Contracts;

/// <summary>W3C trace contexts, as frames carry them in their fields <c>traceparent</c>. Any thread.</summary>
/// <remarks>
/// A field is empty where there is nothing to tell, and takes no byte then. What cannot be read counts as nothing, as
/// <see href="https://www.w3.org/TR/trace-context/#traceparent-header-field-values">the W3C's text</see> asks.
/// </remarks>
public static class TraceContext
{
    private const int LengthMax = 256;

    /// <summary>What the current activity is to those who are asked on its behalf; empty for none.</summary>
    public static string Current => Of(Activity.Current);

    /// <summary>What the activity is to those who are asked on its behalf; empty for none, and for one of another format.</summary>
    public static string Of(Activity? activity) => activity is { IdFormat: ActivityIdFormat.W3C, Id: { } id } ? id : "";

    /// <summary>Reads a field.</summary>
    /// <returns>The context, as one of another process; default when there is none, or none that can be read.</returns>
    public static ActivityContext Read(string traceparent)
    {
        ArgumentNullException.ThrowIfNull(traceparent);
        return traceparent.Length is > 0 and <= LengthMax && ActivityContext.TryParse(traceparent, null, isRemote: true, out var context)
            ? context
            : default;
    }

    /// <summary>
    /// Starts an activity that ends elsewhere, by <see cref="End"/>: it does not become the current one. Allocates nothing when nobody
    /// listens.
    /// </summary>
    /// <param name="source">Whose activity it is.</param>
    /// <param name="name">What is done.</param>
    /// <param name="kind">Which side it is.</param>
    /// <param name="parent">On whose behalf; default for nobody's but the current activity's.</param>
    /// <param name="links">Of which others it is a part; null for none.</param>
    public static Activity? Start(
        ActivitySource source, string name, ActivityKind kind, ActivityContext parent, IEnumerable<ActivityLink>? links = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (!source.HasListeners())
            return null;
        var current = Activity.Current;
        var activity = source.StartActivity(name, kind, parent, tags: null, links);
        if (activity is not null)
            Activity.Current = current;
        return activity;
    }

    /// <summary>Ends an activity of <see cref="Start"/>; the current one stays so.</summary>
    /// <param name="activity">It; null does nothing.</param>
    /// <param name="error">What went wrong, as a short name or a sentence; null when it went well.</param>
    public static void End(Activity? activity, string? error = null)
    {
        if (activity is null)
            return;
        if (error is not null)
            activity.SetStatus(ActivityStatusCode.Error, error);
        var current = Activity.Current;
        activity.Stop();
        if (!ReferenceEquals(Activity.Current, current))
            Activity.Current = current;
    }
}
