using System.Runtime.InteropServices;

namespace Otedama.Interop;

/// <summary>
/// Standard output whose every failure is heard: the base library's takes a reader that went away for success, so that
/// a verb that prints for ever would never end. Standard error beside it, which forgives a reader that went away.
/// Neither sends a terminal anything but what is written: the base library's would switch its keypad first. Any thread,
/// one at a time.
/// </summary>
public sealed partial class StandardOutput : Stream
{
    /// <summary>HResult of the exception when the reader of a pipe is gone: errno EPIPE.</summary>
    public const int ReaderGone = 32;

    private const string LinuxLibc = "libc.so.6";
    private const int OutputDescriptor = 1, ErrorDescriptor = 2;
    private const int InterruptedCall = 4; // EINTR
    private const int TryAgain = 11; // EAGAIN: a terminal that another program set non-blocking

    private readonly int _descriptor;

    private StandardOutput(int descriptor) => _descriptor = descriptor;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Where there is no such C library, the base library's own stream.</summary>
    public static Stream Open() => Open(OutputDescriptor) ?? Console.OpenStandardOutput();

    /// <summary>Standard error, likewise.</summary>
    public static Stream OpenError() => Open(ErrorDescriptor) ?? Console.OpenStandardError();

    private static StandardOutput? Open(int descriptor)
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }
        try
        {
            _ = write(descriptor, [], 0);
            return new StandardOutput(descriptor);
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            return null;
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <summary>All of it, or an IOException whose HResult is the errno.</summary>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            nint written = write(_descriptor, buffer, buffer.Length);
            int error = Marshal.GetLastPInvokeError();
            if (written >= 0)
            {
                buffer = buffer[(int)written..];
            }
            else if (error == TryAgain)
            {
                Thread.Sleep(1);
            }
            else if (error == ReaderGone && _descriptor == ErrorDescriptor)
            {
                return;
            }
            else if (error != InterruptedCall)
            {
                throw new IOException(Marshal.GetPInvokeErrorMessage(error), error);
            }
        }
    }

    public override void Flush()
    {
        // Nothing is held back.
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    [LibraryImport(LinuxLibc, SetLastError = true)]
    private static partial nint write(int descriptor, ReadOnlySpan<byte> bytes, nint count);
}
