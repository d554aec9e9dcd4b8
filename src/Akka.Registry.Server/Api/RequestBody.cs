using System.Buffers;
using Akka.Registry.Server.Limits;
using Akka.Registry.Server.Problems;
using Microsoft.Net.Http.Headers;

namespace Akka.Registry.Server.Api;

/// <summary>Reads a whole small body, within its limit, where it lies: nothing is copied.</summary>
internal static class RequestBody
{
    /// <summary>Makes something of a body. The bytes are only lent.</summary>
    public delegate T Parser<out T>(in ReadOnlySequence<byte> body);

    /// <summary>Reads the body.</summary>
    /// <exception cref="ProblemException">It is too large, of another type, or the parser refuses it.</exception>
    public static Task<T> ReadAsync<T>(ApiCall call, Parser<T> parse) =>
        ReadAsync(call, parse, call.Options.BodyBytesMax, "http.body-bytes-max");

    /// <summary>Reads the body within a limit of its own.</summary>
    /// <exception cref="ProblemException">It is too large, of another type, or the parser refuses it.</exception>
    public static async Task<T> ReadAsync<T>(ApiCall call, Parser<T> parse, int limit, string setting)
    {
        var request = call.Http.Request;
        CheckType(request);
        if (request.ContentLength > limit)
            throw TooLarge(call, limit, setting);
        var reader = request.BodyReader;
        while (true)
        {
            var result = await reader.ReadAsync(call.Aborted);
            var body = result.Buffer;
            if (body.Length > limit)
            {
                reader.AdvanceTo(body.End);
                throw TooLarge(call, limit, setting);
            }

            if (!result.IsCompleted)
            {
                reader.AdvanceTo(body.Start, body.End);
                continue;
            }

            try
            {
                return parse(body);
            }
            finally
            {
                reader.AdvanceTo(body.End);
            }
        }
    }

    private static void CheckType(HttpRequest request)
    {
        if (request.Headers.ContentEncoding.Count > 0)
            throw Unsupported($"The body is encoded as {request.Headers.ContentEncoding}; send it uncompressed.");
        if (string.IsNullOrEmpty(request.ContentType))
            return;
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            || !(type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
                || type.Suffix.Equals("json", StringComparison.OrdinalIgnoreCase)))
            throw Unsupported($"The body is {request.ContentType}; send application/json.");
        if (type.Charset.HasValue && !type.Charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase))
            throw Unsupported($"The body is in {type.Charset}; send UTF-8.");
    }

    private static ProblemException Unsupported(string detail) => new(new Problem(ProblemTable.UnsupportedMediaType, detail));

    private static ProblemException TooLarge(ApiCall call, long limitBytes, string setting)
    {
        call.Get<HttpGates>().Reached(setting);
        return new ProblemException(new Problem(ProblemTable.TooLarge, $"The body is larger than {limitBytes} bytes ({setting}).")
        {
            LimitBytes = limitBytes,
            Limit = setting,
        });
    }
}
