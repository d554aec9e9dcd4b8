using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Akka.Registry.Server.Json;

/// <summary>Sends small JSON answers with their length, from a buffer and a writer that each thread keeps.</summary>
internal static class JsonAnswer
{
    /// <summary>The content type of every answer that is no problem.</summary>
    public const string ContentType = "application/json";

    /// <summary>How every JSON of this server is written: characters as they are, for people who read it.</summary>
    public static readonly JsonWriterOptions WriterOptions = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        // The writers are in this assembly and have tests.
        SkipValidation = true,
    };

    // A buffer that one long answer has grown is not kept.
    private const int KeptBytesMax = 128 * 1024;

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _buffer;

    [ThreadStatic]
    private static Utf8JsonWriter? _writer;

    /// <summary>Writes an object and sends it. Returns when it is in the response's pipe; the server flushes it.</summary>
    /// <param name="context">The request.</param>
    /// <param name="status">The HTTP status.</param>
    /// <param name="state">What is written.</param>
    /// <param name="write">Writes the members; must not await.</param>
    /// <param name="contentType">The media type.</param>
    public static Task Send<TState>(
        HttpContext context, int status, TState state, Action<Utf8JsonWriter, TState> write, string contentType = ContentType)
    {
        var buffer = _buffer ??= new ArrayBufferWriter<byte>(4096);
        var writer = _writer ??= new Utf8JsonWriter(buffer, WriterOptions);
        buffer.ResetWrittenCount();
        writer.Reset(buffer);
        writer.WriteStartObject();
        write(writer, state);
        writer.WriteEndObject();
        writer.Flush();

        var response = context.Response;
        response.StatusCode = status;
        response.ContentType = contentType;
        response.ContentLength = buffer.WrittenCount;
        if (!HttpMethods.IsHead(context.Request.Method))
            response.BodyWriter.Write(buffer.WrittenSpan);
        if (buffer.Capacity > KeptBytesMax)
            (_buffer, _writer) = (null, null);
        return Task.CompletedTask;
    }
}
