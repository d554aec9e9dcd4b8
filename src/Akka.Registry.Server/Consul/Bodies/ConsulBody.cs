using System.Text.Json;
using Akka.Registry.Server.Json;

namespace Akka.Registry.Server.Consul.Bodies;

/// <summary>Reads a request's body, whatever type its client says it has.</summary>
internal static class ConsulBody
{
    /// <summary>The text that a byte order mark leaves behind.</summary>
    private static readonly byte[] ByteOrderMark = [0xEF, 0xBB, 0xBF];

    /// <summary>Reads the whole body and makes something of it.</summary>
    /// <exception cref="ConsulException">It is too large, or no JSON object, or not what is made of it.</exception>
    public static async Task<T> ReadAsync<T>(ConsulCall call, Func<LooseObject, T> read)
    {
        return Read(await BytesAsync(call), read);
    }

    /// <summary>Makes something of a whole body.</summary>
    /// <exception cref="ConsulException">It is no JSON object, or not what is made of it.</exception>
    public static T Read<T>(ReadOnlyMemory<byte> bytes, Func<LooseObject, T> read)
    {
        if (bytes.Span.StartsWith(ByteOrderMark))
            bytes = bytes[ByteOrderMark.Length..];
        try
        {
            using var document = JsonDocument.Parse(bytes);
            if (!JsonTexts.AreValid(document.RootElement))
                throw ConsulException.Bad("Request decode failed: a text holds bytes that are not UTF-8, or half of a surrogate pair");
            return read(new LooseObject(document.RootElement, "body"));
        }
        catch (JsonException e)
        {
            var wrong = bytes.IsEmpty ? "EOF" : $"no JSON at line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}";
            throw ConsulException.Bad($"Request decode failed: {wrong}");
        }
    }

    private static async Task<ReadOnlyMemory<byte>> BytesAsync(ConsulCall call)
    {
        var (http, bytesMax) = (call.Http, call.Door.Http.BodyBytesMax);
        if (http.Request.Headers.ContentEncoding.Count > 0)
        {
            throw new ConsulException(
                StatusCodes.Status415UnsupportedMediaType,
                $"Request body is encoded as {http.Request.Headers.ContentEncoding}; send it uncompressed");
        }

        if (http.Request.ContentLength > bytesMax)
            throw TooLarge(call.Door);
        using var body = new MemoryStream();
        var buffer = new byte[8192];
        while (true)
        {
            var count = await http.Request.Body.ReadAsync(buffer, http.RequestAborted);
            if (count == 0)
                return body.ToArray();
            if (body.Length + count > bytesMax)
                throw TooLarge(call.Door);
            body.Write(buffer, 0, count);
        }
    }

    private static ConsulException TooLarge(ConsulDoor door)
    {
        door.LimitReached("http.body-bytes-max");
        return new ConsulException(
            StatusCodes.Status413PayloadTooLarge, $"Request body is larger than {door.Http.BodyBytesMax} bytes, which http.body-bytes-max allows");
    }
}
