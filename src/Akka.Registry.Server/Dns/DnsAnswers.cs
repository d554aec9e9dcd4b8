namespace Akka.Registry.Server.Dns;

/// <summary>From a message to its answer, as both sockets need it: the responder, and the resolvers where it needs them.</summary>
internal sealed class DnsAnswers(DnsResponder responder, DnsRecursor recursor, DnsMetrics metrics, TimeProvider time, ILogger logger)
{
    /// <summary>Answers at once, or says that a resolver has to be asked.</summary>
    public DnsVerdict Respond(ReadOnlySpan<byte> message, bool isStream, Span<byte> response, out int length)
    {
        try
        {
            var verdict = responder.Respond(message, isStream, time.GetUtcNow(), response, out length);
            if (verdict == DnsVerdict.Answer)
                metrics.Answered(response, isStream);
            return verdict;
        }
        catch (Exception e)
        {
            // The edge of this door: a defect costs one answer.
            DnsLog.QueryFailed(logger, e, message.Length);
            length = responder.Fail(message, response);
            metrics.Answered(response, isStream);
            return DnsVerdict.Answer;
        }
    }

    /// <summary>The answer without records that says "ask by TCP".</summary>
    /// <returns>Its length; 0 for none.</returns>
    public int Truncate(ReadOnlySpan<byte> message, Span<byte> response)
    {
        var length = responder.Truncate(message, response);
        if (length > 0)
            metrics.Answered(response, isStream: false);
        return length;
    }

    /// <summary>Something was refused at a limit.</summary>
    /// <param name="setting">Its key.</param>
    public void LimitReached(string setting) => metrics.LimitReached(setting);

    /// <summary>Asks the resolvers.</summary>
    /// <returns>The answer's length.</returns>
    public async Task<int> RecurseAsync(ReadOnlyMemory<byte> message, bool isStream, Memory<byte> response, CancellationToken stop)
    {
        var length = await recursor.AskAsync(message, isStream, response, stop);
        if (length == 0)
            length = responder.Fail(message.Span, response.Span);
        metrics.Answered(response.Span, isStream);
        return length;
    }
}
