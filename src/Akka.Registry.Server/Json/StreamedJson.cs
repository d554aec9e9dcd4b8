using System.Text.Json;

namespace Akka.Registry.Server.Json;

/// <summary>An answer of any length: written into the response's pipe and handed on piece by piece, never held as a whole.</summary>
internal sealed class StreamedJson : IAsyncDisposable
{
    // One piece; larger ones gain nothing, smaller ones cost a call each.
    private const int PieceBytes = 32 * 1024;
    private readonly HttpContext _context;
    private long _handedOn;

    /// <summary>Begins the answer, with status 200.</summary>
    public StreamedJson(HttpContext context)
    {
        _context = context;
        context.Response.ContentType = JsonAnswer.ContentType;
        Writer = new Utf8JsonWriter(context.Response.BodyWriter, JsonAnswer.WriterOptions);
    }

    /// <summary>Where it is written.</summary>
    public Utf8JsonWriter Writer { get; }

    /// <summary>Hands on what is written once it is a piece, at the client's pace.</summary>
    /// <returns>False when the client is gone: stop.</returns>
    public ValueTask<bool> BreatheAsync() =>
        Writer.BytesCommitted + Writer.BytesPending - _handedOn < PieceBytes ? ValueTask.FromResult(true) : HandOnAsync();

    /// <summary>Hands on the rest.</summary>
    public ValueTask DisposeAsync()
    {
        Writer.Flush();
        return Writer.DisposeAsync();
    }

    private async ValueTask<bool> HandOnAsync()
    {
        Writer.Flush();
        _handedOn = Writer.BytesCommitted;
        var result = await _context.Response.BodyWriter.FlushAsync(_context.RequestAborted);
        return !result.IsCompleted && !result.IsCanceled;
    }
}
