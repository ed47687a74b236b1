//! The first program prints what its rules say.

use std::process::Command;

#[test]
fn the_first_program_prints_its_receipts() {
    let output = Command::new(env!("CARGO_BIN_EXE_first_program"))
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let text = String::from_utf8(output.stdout).unwrap();
    // 2 × 128 and 360 − 60: a point a yuan, twice as many on the Pu'er; 556 yuan make silver.
    assert!(
        text.contains("普洱饼 ×1  原价 ¥360.00  实付 ¥300.00  （每元1分 300，普洱双倍 300）"),
        "{text}"
    );
    assert!(
        text.contains("合计 ¥556.00   积分 856\n   积分余额 856   银卡会员"),
        "{text}"
    );
    // 88 less 5 paid in points: 83 points, and a fifth of them more, rounded down.
    assert!(
        text.contains(
            "积分 500 分，抵 ¥5.00\n   合计 ¥83.00   积分 99\n   积分余额 455   银卡会员"
        ),
        "{text}"
    );
    // One of two teas goes back, and its 128 points with it.
    assert!(
        text.contains("合计 ¥128.00   积分 128\n   积分余额 327"),
        "{text}"
    );
    // 2,000 less (556 + 88 − 128).
    assert!(text.contains("金卡会员：还差 ¥1484.00"), "{text}");
    // The tier's year ends on the first of March.
    assert!(text.contains("下一次到期 2027-03-02"), "{text}");
}
