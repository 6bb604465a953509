using System.Text;

namespace Otedama.Interop;

/// <summary>Zero-terminated UTF-8 in a fixed buffer, as the library returns names.</summary>
internal static unsafe class NativeText
{
    public static string Read(ReadOnlySpan<byte> buffer)
    {
        int end = buffer.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? buffer : buffer[..end]);
    }

    public static string StatusName(int status)
    {
        byte* name = Otd.otd_status_name(status);
        return Encoding.UTF8.GetString(name, Length(name));
    }

    public static string LastError()
    {
        byte* text = stackalloc byte[Otd.OTD_ERROR_TEXT_MAX];
        int length = Otd.otd_last_error(text, Otd.OTD_ERROR_TEXT_MAX);
        return Encoding.UTF8.GetString(text, length);
    }

    private static int Length(byte* text)
    {
        int length = 0;
        while (length < Otd.OTD_NAME_MAX && text[length] != 0)
        {
            length++;
        }
        return length;
    }
}
