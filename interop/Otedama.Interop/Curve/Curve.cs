namespace Otedama.Interop;

/// <summary>What the calls of secp256k1 have in common: buffers are measured before native code sees them.</summary>
internal static class Curve
{
    public static void Need(ReadOnlySpan<byte> buffer, int bytes, string what)
    {
        if (buffer.Length != bytes)
        {
            throw new ArgumentException($"{what}: {bytes} bytes are needed, got {buffer.Length}");
        }
        Native.Open();
    }

    public static void Check(int status, string operation) => NativeException.ThrowIfFailed(status, operation);
}
