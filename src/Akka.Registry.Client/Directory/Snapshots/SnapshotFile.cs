namespace Akka.Registry.Client.Directory.Snapshots;

/// <summary>A file that is there whole or not at all: written beside, forced to the disk, and moved into place.</summary>
/// <remarks>
/// The move is atomic (rename(2)); whether it outlasts a crash of the whole machine a moment later is the file system's matter: then the
/// file before it is there.
/// </remarks>
internal sealed class SnapshotFile(string path)
{
    private const UnixFileMode OwnerAlone = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>The file, from the root.</summary>
    public string Path { get; } = System.IO.Path.GetFullPath(path);

    /// <summary>Whether it is a failure of the file system, or of what is allowed there.</summary>
    public static bool IsFailure(Exception failure) =>
        failure is IOException or UnauthorizedAccessException or NotSupportedException or System.Security.SecurityException;

    /// <summary>All bytes; null when there is no such file.</summary>
    /// <param name="bytesMax">The most that is read.</param>
    /// <exception cref="IOException">It cannot be read, or is larger.</exception>
    public byte[]? Read(int bytesMax)
    {
        if (!File.Exists(Path))
            return null;
        using var file = new FileStream(Path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        if (file.Length > bytesMax)
            throw new IOException($"It has {file.Length} bytes, and {bytesMax} are allowed.");
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return bytes;
    }

    /// <summary>Replaces it.</summary>
    /// <exception cref="IOException">It cannot be written, or another process is writing it. What was there is there.</exception>
    public void Write(Action<Stream> write)
    {
        var folder = System.IO.Path.GetDirectoryName(Path);
        if (!string.IsNullOrEmpty(folder))
            System.IO.Directory.CreateDirectory(folder);
        // One name for the unfinished, so that a crash leaves one at most; it is locked, so that two writers never mix.
        var unfinished = Path + ".tmp";
        var options = new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            // Nobody else writes it. Where a lock is advice (Unix) it hinders no move; where it is the law, a move needs leave.
            Share = OperatingSystem.IsWindows() ? FileShare.Delete : FileShare.None,
            BufferSize = 64 * 1024,
        };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = OwnerAlone;
        using (var file = new FileStream(unfinished, options))
        {
            write(file);
            file.Flush(flushToDisk: true);
            // Still locked: nobody begins a new one under this name before it is moved.
            File.Move(unfinished, Path, overwrite: true);
        }
    }
}
