using System.Buffers;

namespace Akka.Registry.Server.Eureka;

/// <summary>Reads the body of a registration: JSON or XML by its type, else by how it begins; with or without a length.</summary>
internal static class EurekaBody
{
    /// <summary>Reads it.</summary>
    /// <returns>Null when it is larger than allowed.</returns>
    /// <exception cref="EurekaBodyException">It is neither JSON nor XML, or compressed.</exception>
    public static async Task<FieldTree?> ReadAsync(HttpRequest request, int bytesMax, CancellationToken cancellation)
    {
        if (request.Headers.ContentEncoding.Count > 0)
            throw new EurekaBodyException("the body is compressed; send it as it is");
        if (request.ContentLength > bytesMax)
            return null;
        var reader = request.BodyReader;
        while (true)
        {
            var result = await reader.ReadAsync(cancellation);
            var body = result.Buffer;
            if (body.Length > bytesMax)
            {
                reader.AdvanceTo(body.End);
                return null;
            }

            if (!result.IsCompleted)
            {
                reader.AdvanceTo(body.Start, body.End);
                continue;
            }

            try
            {
                var bytes = body.ToArray();
                return IsXml(request.ContentType, bytes) ? InstanceXml.Read(bytes) : InstanceJson.Read(bytes);
            }
            finally
            {
                reader.AdvanceTo(body.End);
            }
        }
    }

    private static bool IsXml(string? type, ReadOnlySpan<byte> body)
    {
        if (type?.Contains("json", StringComparison.OrdinalIgnoreCase) == true)
            return false;
        return type?.Contains("xml", StringComparison.OrdinalIgnoreCase) == true || body.TrimStart(" \r\n\t"u8) is [(byte)'<', ..];
    }
}
