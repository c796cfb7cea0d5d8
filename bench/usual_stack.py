#!/usr/bin/env python3
"""The stack that a Python team would write for the same job, on the same network file: FastAPI, uvicorn, onnxruntime, Pillow, a JWT and
SQLAlchemy on SQLite with its defaults (each insert is on disk before the answer). usual_stack.py ONNX PORT DATABASE
Its packages: fastapi uvicorn[standard] python-multipart onnxruntime numpy pillow PyJWT sqlalchemy argon2-cffi
"""
import io
import json
import sys
import time

import argon2
import jwt
import numpy as np
import onnxruntime
import uvicorn
from fastapi import Depends, FastAPI, Form, HTTPException, UploadFile
from fastapi.security import HTTPBearer
from PIL import Image
from sqlalchemy import Float, Integer, String, create_engine, select
from sqlalchemy.orm import DeclarativeBase, Session, mapped_column, sessionmaker

SECRET = "0123456789abcdef0123456789abcdef"
SIDE = 128
engine = create_engine(f"sqlite:///{sys.argv[3]}", connect_args={"check_same_thread": False, "timeout": 30}, pool_size=40)
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = options.inter_op_num_threads = 1
network = onnxruntime.InferenceSession(sys.argv[1], options, providers=["CPUExecutionProvider"])
hasher = argon2.PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)
known_hash = hasher.hash("correct horse battery")


class Base(DeclarativeBase):
    pass


class Prediction(Base):
    __tablename__ = "predictions"
    id = mapped_column(Integer, primary_key=True)
    user = mapped_column(String)
    label = mapped_column(Integer)
    confidence = mapped_column(Float)
    created_at = mapped_column(Float)


Base.metadata.create_all(engine)
make_session = sessionmaker(engine, expire_on_commit=False)
app = FastAPI()


def user(credentials=Depends(HTTPBearer())):
    try:
        return jwt.decode(credentials.credentials, SECRET, algorithms=["HS256"])["sub"]
    except jwt.PyJWTError:
        raise HTTPException(401, "bad token")


def database():
    with make_session() as session:
        yield session


@app.get("/live")
async def live():
    return {"status": "ok"}


@app.post("/api/v1/auth/login")
def login(username: str = Form(), password: str = Form()):
    try:
        hasher.verify(known_hash, password)
    except argon2.exceptions.VerificationError:
        raise HTTPException(401, "wrong user name or password")
    return {"access_token": jwt.encode({"sub": username, "exp": time.time() + 900}, SECRET, algorithm="HS256"), "token_type": "bearer"}


@app.post("/api/v1/predictions/classify", status_code=201)
def classify(file: UploadFile, who: str = Depends(user), session: Session = Depends(database)):
    try:
        picture = Image.open(io.BytesIO(file.file.read())).convert("RGB").resize((SIDE, SIDE), Image.BILINEAR)
    except OSError:
        raise HTTPException(422, "not an image")
    pixels = np.ascontiguousarray((np.asarray(picture, np.float32) / 255).transpose(2, 0, 1)[None])
    logits = network.run(None, {network.get_inputs()[0].name: pixels})[0][0]
    odds = np.exp(logits - logits.max())
    odds /= odds.sum()
    row = Prediction(user=who, label=int(odds.argmax()), confidence=float(odds.max()), created_at=time.time())
    session.add(row)
    session.commit()
    return {"id": row.id, "label": row.label, "confidence": row.confidence}


@app.get("/api/v1/predictions/history")
def history(limit: int = 10, who: str = Depends(user), session: Session = Depends(database)):
    rows = session.scalars(select(Prediction).where(Prediction.user == who).order_by(Prediction.id.desc()).limit(limit))
    return [{"id": row.id, "label": row.label, "confidence": row.confidence, "created_at": row.created_at} for row in rows]


if __name__ == "__main__":
    print(json.dumps({"token": jwt.encode({"sub": "u", "exp": 4102444800}, SECRET, algorithm="HS256")}), flush=True)
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[2]), workers=1, access_log=False, log_level="warning")
