using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Akka.Registry.Server.Json;

namespace Akka.Registry.Server.Consul;

/// <summary>Sends answers as Consul does: JSON, plain text, or nothing with status 200.</summary>
internal static class ConsulAnswer
{
    /// <summary>Consul compresses nothing smaller.</summary>
    private const int CompressedBytesMin = 1_400;

    private const int PieceBytes = 32 * 1024;

    private static readonly JsonWriterOptions Plain = JsonAnswer.WriterOptions;

    private static readonly JsonWriterOptions Pretty = new()
    {
        Encoder = Plain.Encoder,
        Indented = true,
        IndentSize = 4,
        NewLine = "\n",
        SkipValidation = true,
    };

    /// <summary>Sends one JSON value.</summary>
    public static Task Json(ConsulCall call, Action<Utf8JsonWriter> write, int status = StatusCodes.Status200OK) =>
        Json(call, [0], (json, _) => write(json), status, isList: false);

    /// <summary>Sends a list, of any length: it is handed on piece by piece, at the client's pace.</summary>
    public static Task List<T>(ConsulCall call, IEnumerable<T> items, Action<Utf8JsonWriter, T> write) =>
        Json(call, items, write, StatusCodes.Status200OK, isList: true);

    /// <summary>Sends a text.</summary>
    public static Task Text(HttpContext http, int status, string text, string contentType = "text/plain; charset=utf-8")
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        http.Response.StatusCode = status;
        http.Response.ContentType = contentType;
        http.Response.ContentLength = bytes.Length;
        return HttpMethods.IsHead(http.Request.Method) ? Task.CompletedTask : http.Response.Body.WriteAsync(bytes).AsTask();
    }

    /// <summary>Sends 200 and nothing.</summary>
    public static Task Empty(ConsulCall call)
    {
        call.Http.Response.StatusCode = StatusCodes.Status200OK;
        call.Http.Response.ContentLength = 0;
        return Task.CompletedTask;
    }

    /// <summary>Sends <c>true</c>.</summary>
    public static Task True(ConsulCall call) => Json(call, static json => json.WriteBooleanValue(true));

    private static async Task Json<T>(ConsulCall call, IEnumerable<T> items, Action<Utf8JsonWriter, T> write, int status, bool isList)
    {
        var response = call.Http.Response;
        response.StatusCode = status;
        response.ContentType = JsonAnswer.ContentType;
        if (HttpMethods.IsHead(call.Http.Request.Method))
            return;
        var isPretty = call.Query.IsPretty;
        using var buffer = new MemoryStream(4096);
        await using var json = new Utf8JsonWriter(buffer, isPretty ? Pretty : Plain);
        Stream? output = null;
        try
        {
            if (isList)
                json.WriteStartArray();
            foreach (var item in items)
            {
                write(json, item);
                if (buffer.Length + json.BytesPending < PieceBytes)
                    continue;
                json.Flush();
                output ??= Begin(call, isLong: true);
                await HandOnAsync(buffer, output, call.Aborted);
            }

            if (isList)
                json.WriteEndArray();
            json.Flush();
            if (isPretty)
                buffer.WriteByte((byte)'\n');
            if (output is null)
            {
                var isLong = buffer.Length >= CompressedBytesMin;
                if (!isLong || !WantsGzip(call.Http.Request))
                    response.ContentLength = buffer.Length;
                output = Begin(call, isLong);
            }

            await HandOnAsync(buffer, output, call.Aborted);
        }
        finally
        {
            if (output is GZipStream)
                await output.DisposeAsync();
        }
    }

    private static async Task HandOnAsync(MemoryStream buffer, Stream output, CancellationToken cancellation)
    {
        await output.WriteAsync(buffer.GetBuffer().AsMemory(0, (int)buffer.Length), cancellation);
        buffer.SetLength(0);
    }

    private static Stream Begin(ConsulCall call, bool isLong)
    {
        var http = call.Http;
        // Only who has shown a token is told that there is more, as Consul has it. What is left out is known with the first item.
        if (call.Guard is { HasHidden: true, IsAnonymous: false })
            http.Response.Headers["X-Consul-Results-Filtered-By-ACLs"] = "true";
        if (!isLong || !WantsGzip(http.Request))
            return http.Response.Body;
        http.Response.Headers.ContentEncoding = "gzip";
        return new GZipStream(http.Response.Body, CompressionLevel.Fastest, leaveOpen: true);
    }

    /// <summary>Only who names gzip gets it: there are clients that break on what they did not ask for.</summary>
    private static bool WantsGzip(HttpRequest request)
    {
        foreach (var header in request.Headers.AcceptEncoding)
        {
            foreach (var part in (header ?? "").Split(','))
            {
                var pieces = part.Split(';', StringSplitOptions.TrimEntries);
                if (pieces[0].Trim().Equals("gzip", StringComparison.OrdinalIgnoreCase))
                    return pieces.Length == 1 || !pieces[1].Replace(" ", "", StringComparison.Ordinal).StartsWith("q=0", StringComparison.Ordinal)
                        || pieces[1].AsSpan().ContainsAnyInRange('1', '9');
            }
        }

        return false;
    }
}
