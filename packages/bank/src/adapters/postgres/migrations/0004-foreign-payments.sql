-- Foreign payments beside SEPA payments. One alone makes an authorization, and it never recurs (contract section 5).

ALTER TABLE authorizations DROP CONSTRAINT authorizations_payment_type_check;
ALTER TABLE authorizations ADD CONSTRAINT authorization_of_known_type
  CHECK (payment_type IN ('SepaPayment', 'ForeignPayment'));
ALTER TABLE authorizations ADD CONSTRAINT foreign_payment_never_bundled
  CHECK (payment_type <> 'ForeignPayment' OR payment_count = 1);

-- What of a foreign payment is debited is put into euros: amount_cents is that, at this rate, as quoted when the customer last
-- began to look at it. As text, so that it stays digit for digit what the customer was shown.
ALTER TABLE payments ADD COLUMN units_per_euro text CHECK (units_per_euro ~ '^[0-9]+([.][0-9]+)?$');

-- payee_iban stays empty where the payee's account has none.
ALTER TABLE payments ALTER COLUMN payee_iban DROP NOT NULL;
ALTER TABLE payments DROP CONSTRAINT payments_payment_type_check;
ALTER TABLE payments DROP CONSTRAINT payments_payment_order_check;
ALTER TABLE payments ADD CONSTRAINT payment_of_known_type CHECK (
  CASE payment_type
    WHEN 'SepaPayment' THEN
      payee_iban IS NOT NULL AND payment_order IN ('SEPA', 'SEPA_INST') AND units_per_euro IS NULL
    WHEN 'ForeignPayment' THEN
      payment_order IN ('NORM', 'HIGH') AND count = 1 AND units_per_euro IS NOT NULL
    ELSE false
  END
);
