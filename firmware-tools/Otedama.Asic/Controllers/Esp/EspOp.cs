namespace Otedama.Asic;

/// <summary>Requests that the ROM loader of an ESP32-S3 knows, and the last a loader in RAM.</summary>
public enum EspOp : byte
{
    FlashBegin = 0x02,
    FlashData = 0x03,
    FlashEnd = 0x04,
    MemBegin = 0x05,
    MemEnd = 0x06,
    MemData = 0x07,
    Sync = 0x08,
    WriteReg = 0x09,
    ReadReg = 0x0A,
    SpiSetParams = 0x0B,
    SpiAttach = 0x0D,
    ChangeBaud = 0x0F,
    DeflBegin = 0x10,
    DeflData = 0x11,
    DeflEnd = 0x12,
    FlashMd5 = 0x13,
    SecurityInfo = 0x14,
    ReadFlash = 0xD2,
}
