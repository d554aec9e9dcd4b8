using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Akka.Registry.Contracts;
using Google.Protobuf;

namespace Akka.Registry.Checks;

/// <summary>One call of <c>grpc.health.v1.Health/Check</c>, by hand over HTTP/2.</summary>
/// <seealso href="https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md">gRPC over HTTP2</seealso>
internal static class GrpcProbe
{
    /// <summary>A compression flag and a length stand before each message.</summary>
    private const int PrefixBytes = 5;

    /// <summary>The answer holds one enum; unknown fields have some room.</summary>
    private const int AnswerBytesMax = 1_024;

    private const string ContentType = "application/grpc";

    /// <summary>Asks once.</summary>
    public static async Task<CheckOutcome> RunAsync(CheckDefinition.Grpc check, CheckConnections connections, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, UrlOf(check))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(Encode(check.Service)),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(ContentType);
        request.Headers.TryAddWithoutValidation("TE", "trailers");
        using var response = await connections.For(check.SkipTlsVerify, redirects: false).SendAsync(request, cancellation).ConfigureAwait(false);
        if (response.StatusCode != HttpStatusCode.OK)
            return Failure(check, $"HTTP {(int)response.StatusCode}");
        var answer = await ReadAsync(response.Content, cancellation).ConfigureAwait(false);
        if (Find(response, "grpc-status") is not "0" and var code)
            return Failure(check, $"gRPC status {code ?? "none"} {Uri.UnescapeDataString(Find(response, "grpc-message") ?? "")}".TrimEnd());
        return Read(answer) switch
        {
            null => Failure(check, "the answer is no HealthCheckResponse"),
            HealthCheckResponse.Types.ServingStatus.Serving => new CheckOutcome(InstanceStatus.Passing, $"{CheckProbe.Target(check)}: success"),
            { } status => Failure(check, status.ToString()),
        };
    }

    private static CheckOutcome Failure(CheckDefinition.Grpc check, string what) =>
        new(InstanceStatus.Critical, $"{CheckProbe.Target(check)}: {what}");

    private static string UrlOf(CheckDefinition.Grpc check)
    {
        var host = check.Host.Contains(':', StringComparison.Ordinal) ? $"[{check.Host}]" : check.Host;
        var scheme = check.Tls ? "https" : "http";
        return string.Create(CultureInfo.InvariantCulture, $"{scheme}://{host}:{check.Port}/grpc.health.v1.Health/Check");
    }

    private static byte[] Encode(string service)
    {
        var message = new HealthCheckRequest { Service = service };
        var size = message.CalculateSize();
        var bytes = new byte[PrefixBytes + size];
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(1), (uint)size);
        message.WriteTo(bytes.AsSpan(PrefixBytes));
        return bytes;
    }

    /// <summary>The first message; null for none. Reads on to the end, after which the trailers are there.</summary>
    private static async Task<byte[]> ReadAsync(HttpContent content, CancellationToken cancellation)
    {
        var stream = await content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
        var buffer = new byte[AnswerBytesMax];
        var length = 0;
        while (length < buffer.Length)
        {
            var read = await stream.ReadAsync(buffer.AsMemory(length), cancellation).ConfigureAwait(false);
            if (read == 0)
                return buffer[..length];
            length += read;
        }

        throw new IOException($"The answer is longer than {AnswerBytesMax} bytes.");
    }

    private static HealthCheckResponse.Types.ServingStatus? Read(byte[] answer)
    {
        if (answer.Length < PrefixBytes || answer[0] != 0)
            return null; // None, or compressed, which was not offered.
        var length = BinaryPrimitives.ReadUInt32BigEndian(answer.AsSpan(1));
        if (length != answer.Length - PrefixBytes)
            return null;
        try
        {
            return HealthCheckResponse.Parser.ParseUntrusted(answer.AsSpan(PrefixBytes)).Status;
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }

    /// <summary>A call that fails at once has everything in its headers: "Trailers-Only".</summary>
    private static string? Find(HttpResponseMessage response, string name) =>
        response.TrailingHeaders.TryGetValues(name, out var values) || response.Headers.TryGetValues(name, out values)
            ? values.FirstOrDefault()
            : null;
}
